import type { KernelFactsSchema } from "#contract/facts-system.ts";
import type { z } from "zod";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { BootEntry } from "./boot/boot-entries.ts";
import { readInitramfs, type InitramfsModules } from "./initramfs/read-initramfs.ts";
import { readKernelModules } from "./kernel-modules.ts";

type KernelFacts = z.infer<typeof KernelFactsSchema>;

const virtioDrivers = ["virtio_pci", "virtio_blk", "virtio_scsi", "virtio_net"];
const maxKernels = 8;

interface Kernel {
  readonly version: string;
  readonly imagePath: string;
  readonly initramfsPath: string | null;
}

/**
 * The kernels in /boot, the one that boots by default first, and where each has the drivers that a cloud
 * needs. `rootDriver`: the driver of the root filesystem.
 */
export async function readKernels(
  tree: FileTree,
  entries: readonly BootEntry[],
  rootDriver: string,
): Promise<KernelFacts[]> {
  const wanted = [...virtioDrivers, rootDriver];
  const kernels = (await listKernels(tree, entries)).slice(0, maxKernels);
  return Promise.all(kernels.map((kernel) => readKernel(tree, kernel, wanted)));
}

async function readKernel(tree: FileTree, kernel: Kernel, wanted: readonly string[]): Promise<KernelFacts> {
  const modules = await readKernelModules(tree, kernel.version, wanted);
  // what is built in has no file: looking for it would mean to unpack everything
  const asFiles = wanted.filter((name) => modules?.builtIn.has(name) !== true);
  const initramfs = await readInitramfsOf(tree, kernel, new Set(asFiles));
  const drivers: KernelFacts["drivers"] = {};
  for (const name of modules === null ? [] : wanted) {
    drivers[name] = {
      builtIn: modules?.builtIn.has(name) ?? false,
      module: modules?.loadable.has(name) ?? false,
      inInitramfs: initramfs?.modules?.has(name) ?? null,
    };
  }
  return {
    version: kernel.version,
    imagePath: kernel.imagePath,
    initramfsPath: kernel.initramfsPath,
    initramfsUnreadable: initramfs?.unreadable ?? null,
    drivers,
  };
}

async function readInitramfsOf(
  tree: FileTree,
  kernel: Kernel,
  wanted: ReadonlySet<string>,
): Promise<InitramfsModules | null> {
  if (kernel.initramfsPath === null) return null;
  const file = await tree.openFile(kernel.initramfsPath);
  return file === null ? null : readInitramfs(file, wanted);
}

async function listKernels(tree: FileTree, entries: readonly BootEntry[]): Promise<Kernel[]> {
  const names = (await tree.readDirectory("/boot")).map((entry) => entry.name);
  const images = names.filter((name) => /^(?:vmlinuz|vmlinux|bzImage|Image|kernel)(?:-|$)/.test(name));
  const others = images.filter((name) => !/rescue|kdump/.test(name)).map((name) => `/boot/${name}`);
  const kernels = new Map<string, Kernel>();
  for (const path of [...entries.map((entry) => entry.kernelPath), ...others.sort(newestFirst)]) {
    const imagePath = await tree.realPath(path);
    if (imagePath === null || kernels.has(imagePath) || (await tree.stat(imagePath))?.kind !== "file")
      continue;
    const version = await readKernelVersion(tree, imagePath);
    const entry = entries.find((e) => e.kernelPath === path);
    const initramfsPath =
      (await firstFile(tree, entry?.initrdPaths.toReversed() ?? [])) ??
      (await guessInitramfs(tree, names, version));
    kernels.set(imagePath, { version, imagePath: printable(imagePath), initramfsPath });
  }
  return [...kernels.values()];
}

const newestFirst = (a: string, b: string): number => b.localeCompare(a, "en", { numeric: true });

/** Documentation/arch/x86/boot.rst: a pointer at 0x20e, relative to 0x200, to text that begins with the version. */
async function readKernelVersion(tree: FileTree, path: string): Promise<string> {
  const file = await tree.openFile(path);
  const head = (await file?.read(0, 64 * 1024)) ?? Buffer.alloc(0);
  if (head.length > 0x210 && head.toString("latin1", 0x202, 0x206) === "HdrS") {
    const at = 0x200 + head.readUInt16LE(0x20e);
    const version = printable(head.toString("latin1", at, at + 128).split(/[\0 ]/)[0] ?? "", 80);
    if (/^\d+\.\d+/.test(version)) return version;
  }
  return printable(/\/[^/-]*-?([^/]*)$/.exec(path)?.[1] ?? "", 80);
}

/** Names that distributions give: Debian, Red Hat and SUSE, Alpine and Arch. */
async function guessInitramfs(
  tree: FileTree,
  names: readonly string[],
  version: string,
): Promise<string | null> {
  const versioned = [
    `initrd.img-${version}`,
    `initramfs-${version}.img`,
    `initrd-${version}`,
    `initramfs-${version}`,
  ];
  const generic = ["initrd.img", "initramfs-linux.img", "initramfs-lts", "initramfs-virt"];
  const candidates = [...versioned, ...generic].filter((name) => names.includes(name));
  return firstFile(
    tree,
    candidates.map((name) => `/boot/${name}`),
  );
}

async function firstFile(tree: FileTree, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await tree.stat(path))?.kind === "file") return path;
  return null;
}

import type { FileTree, TreeFile } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { BootEntry } from "./boot/boot-entries.ts";
import type { Uki } from "./boot/uki.ts";

export interface InstalledKernel {
  /** As `uname -r` gives it, where that can be told. */
  readonly version: string;
  readonly imagePath: string;
  readonly initramfsPath: string | null;
  readonly openInitramfs: () => Promise<TreeFile | null>;
}

const maxNames = 200;
const imageName = /^(?:vmlinuz|vmlinux|bzImage|Image|kernel|linux)(?:[-.]|$)/;
const notForBooting = /rescue|kdump|\.(?:old|bak|hmac|sig|config|map)$/;
const moduleFolders = ["/usr/lib/modules", "/lib/modules"];

/** Kernels that the boot menu names, in its order; then those in /boot and beside their modules, newest first. */
export async function listKernels(tree: FileTree, entries: readonly BootEntry[]): Promise<InstalledKernel[]> {
  const names = (await tree.readDirectory("/boot")).slice(0, maxNames * 10).map((entry) => entry.name);
  const inBoot = names.filter((name) => imageName.test(name) && !notForBooting.test(name)).sort(newestFirst);
  const versions = await moduleVersions(tree);
  const paths = [
    ...entries.filter((entry) => entry.unified === null).map((entry) => entry.kernelPath),
    ...inBoot.map((name) => `/boot/${name}`),
    ...versions.map((version) => `/usr/lib/modules/${version}/vmlinuz`),
  ];
  const kernels = new Map<string, InstalledKernel>();
  const seenVersions = new Set<string>();
  for (const { kernelPath, unified } of entries.slice(0, maxNames)) {
    if (unified === null) continue;
    const kernel = unifiedKernel(kernelPath, unified);
    kernels.set(kernelPath, kernel);
    seenVersions.add(kernel.version);
  }
  for (const path of paths.slice(0, maxNames)) {
    const imagePath = await tree.realPath(path);
    if (imagePath === null || kernels.has(imagePath) || (await tree.stat(imagePath))?.kind !== "file")
      continue;
    const version = await readKernelVersion(tree, imagePath, versions);
    // Arch and Fedora keep a second copy beside the modules
    if (imagePath.includes("/modules/") && seenVersions.has(version)) continue;
    seenVersions.add(version);
    const entry = entries.find((e) => e.kernelPath === path);
    const initramfsPath =
      (await firstFile(tree, entry?.initrdPaths.toReversed() ?? [])) ??
      (await guessInitramfs(tree, names, version, imagePath));
    kernels.set(imagePath, {
      version,
      imagePath: printable(imagePath),
      initramfsPath,
      openInitramfs: async () => (initramfsPath === null ? null : tree.openFile(initramfsPath)),
    });
  }
  return [...kernels.values()];
}

/** The initramfs is in the same file, as far as the loader does not give it. */
const unifiedKernel = (path: string, { kernelVersion, initramfs }: Uki): InstalledKernel => ({
  version: kernelVersion ?? printable(suffixOf(path.replace(/\.efi$/i, "")), 80),
  imagePath: printable(path),
  initramfsPath: initramfs === null ? null : printable(path),
  openInitramfs: () => Promise.resolve(initramfs),
});

const newestFirst = (a: string, b: string): number => b.localeCompare(a, "en", { numeric: true });

async function moduleVersions(tree: FileTree): Promise<string[]> {
  for (const folder of moduleFolders) {
    const names = (await tree.readDirectory(folder)).map(({ name }) => name);
    const versions = names.filter((name) => /^\d+\.\d+/.test(name)).sort(newestFirst);
    if (versions.length > 0) return versions.slice(0, maxNames);
  }
  return [];
}

/**
 * From the kernel itself, its name or its modules. Documentation/arch/x86/boot.rst: a pointer at 0x20e, relative
 * to 0x200, to text that begins with the version.
 */
async function readKernelVersion(tree: FileTree, path: string, modules: readonly string[]): Promise<string> {
  const file = await tree.openFile(path);
  const head = (await file?.read(0, 64 * 1024)) ?? Buffer.alloc(0);
  if (head.length > 0x210 && head.toString("latin1", 0x202, 0x206) === "HdrS") {
    const at = 0x200 + head.readUInt16LE(0x20e);
    const version = printable(head.toString("latin1", at, at + 128).split(/[\0 ]/)[0] ?? "", 80);
    if (/^\d+\.\d+/.test(version)) return version;
  }
  const beside = /\/modules\/([^/]+)\/[^/]+$/.exec(path)?.[1];
  const fromName = beside ?? suffixOf(path);
  if (/^\d+\.\d+/.test(fromName)) return printable(fromName, 80);
  // vmlinuz-virt, vmlinuz-lts: the modules of Alpine and Arch end in the same word
  const flavour = modules.find((version) => version.endsWith(`-${fromName}`));
  return printable(flavour ?? (modules.length === 1 ? modules[0] : undefined) ?? fromName, 80);
}

/** `6.1.0-13-arm64` of `vmlinuz-6.1.0-13-arm64`. */
const suffixOf = (path: string): string => /\/[^/-]*-?([^/]*)$/.exec(path)?.[1] ?? "";

/** Names that distributions give: Debian, Red Hat and Arch, SUSE, Alpine; beside its modules in image-based systems. */
async function guessInitramfs(
  tree: FileTree,
  names: readonly string[],
  version: string,
  imagePath: string,
): Promise<string | null> {
  const suffix = suffixOf(imagePath);
  const versioned = [version, suffix]
    .filter((text) => text !== "")
    .flatMap((text) => [
      `initrd.img-${text}`,
      `initramfs-${text}.img`,
      `initrd-${text}`,
      `initramfs-${text}`,
    ]);
  const generic = suffix === "" ? ["initrd.img", "initrd", "initramfs.img"] : [];
  const candidates = [...versioned, ...generic].filter((name) => names.includes(name));
  return firstFile(tree, [
    ...candidates.map((name) => `/boot/${name}`),
    `/usr/lib/modules/${version}/initramfs.img`,
  ]);
}

async function firstFile(tree: FileTree, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await tree.stat(path))?.kind === "file") return path;
  return null;
}

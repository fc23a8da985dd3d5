import type { KernelFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { BootEntry } from "./boot/boot-entries.ts";
import { readInitramfs, type InitramfsModules } from "./initramfs/read-initramfs.ts";
import { listKernels, type InstalledKernel } from "./installed-kernels.ts";
import { readKernelModules } from "./kernel-modules.ts";

/** sd_mod makes a disk of what virtio_scsi finds. */
const virtioDrivers = ["virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod", "virtio_net"];
const maxKernels = 8;

/** Modules that must be there before the root filesystem can be mounted. */
export function rootDrivers(filesystemType: string, isLogicalVolume: boolean): string[] {
  // ext4's module also mounts ext2 and ext3
  const driver = /^ext[23]$/.test(filesystemType) ? "ext4" : filesystemType;
  return isLogicalVolume ? [driver, "dm_mod"] : [driver];
}

/**
 * The installed kernels, the one that boots by default first, and where each has the drivers that a cloud
 * needs. `needed`: further modules, such as the driver of the root filesystem.
 */
export async function readKernels(
  tree: FileTree,
  entries: readonly BootEntry[],
  needed: readonly string[],
): Promise<KernelFacts[]> {
  const wanted = [...new Set([...virtioDrivers, ...needed])];
  const kernels = (await listKernels(tree, entries)).slice(0, maxKernels);
  return Promise.all(kernels.map((kernel) => readKernel(tree, kernel, wanted)));
}

async function readKernel(
  tree: FileTree,
  kernel: InstalledKernel,
  wanted: readonly string[],
): Promise<KernelFacts> {
  const modules = await readKernelModules(tree, kernel.version, wanted);
  // what is built in has no file: looking for it would mean to unpack everything
  const asFiles = wanted.filter((name) => modules?.builtIn.has(name) !== true);
  const initramfs = await readInitramfsOf(kernel, new Set(asFiles));
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
  kernel: InstalledKernel,
  wanted: ReadonlySet<string>,
): Promise<InitramfsModules | null> {
  const file = await kernel.openInitramfs();
  return file === null ? null : readInitramfs(file, wanted);
}

import { readUki } from "#core/image/facts/boot/uki.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { RawEntry, RawMenu } from "./raw-entry.ts";

const maxFiles = 64;

/**
 * Unified kernel images, which systemd-boot and the firmware start as they are: the Boot Loader Specification's
 * type 2, in EFI/Linux/. Newest first.
 */
export async function readUnifiedKernels(tree: FileTree, folder: string): Promise<RawMenu> {
  const names = (await tree.readDirectory(folder)).map(({ name }) => name).slice(0, maxFiles);
  const programs = names.filter((name) => /\.efi$/i.test(name));
  const newestFirst = programs.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const entries = await Promise.all(newestFirst.map((name) => readUnifiedKernel(tree, `${folder}/${name}`)));
  return entries.flat();
}

/** Empty for a program that is something else. */
export async function readUnifiedKernel(tree: FileTree, path: string): Promise<RawMenu> {
  const file = await tree.openFile(path);
  const unified = file === null ? null : await readUki(file);
  if (unified === null) return [];
  const entry: RawEntry = {
    kernel: path,
    initrds: [],
    options: unified.commandLine ?? "",
    line: null,
    path,
    unified,
  };
  return [entry];
}

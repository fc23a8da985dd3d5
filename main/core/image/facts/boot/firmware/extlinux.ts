import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** The part of syslinux that its boot sector loads; it lies where it was installed. */
const folders = ["/boot/extlinux", "/boot", "/boot/syslinux", "/extlinux", "/syslinux", ""];

/** Where extlinux or syslinux is installed, by its ldlinux.sys; null when it is not. */
export async function findExtlinux(trees: readonly FileTree[]): Promise<string | null> {
  for (const tree of trees) {
    for (const folder of folders) {
      const path = `${folder}/ldlinux.sys`;
      if ((await tree.lstat(path))?.kind === "file") return path;
    }
  }
  return null;
}

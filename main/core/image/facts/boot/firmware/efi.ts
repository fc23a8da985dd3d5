import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";

export interface EfiPrograms {
  readonly removablePath: string | null;
  readonly others: readonly string[];
}

/** UEFI specification 3.5.1.1: the file a firmware starts from a disk it has never seen, by architecture. */
const removableNames: Readonly<Record<string, string>> = {
  x86_64: "BOOTX64.EFI",
  aarch64: "BOOTAA64.EFI",
  i386: "BOOTIA32.EFI",
  riscv64: "BOOTRISCV64.EFI",
  loongarch64: "BOOTLOONGARCH64.EFI",
};

const maxFolders = 40;
const maxPrograms = 40;

/**
 * Programs in EFI/FOLDER/ of the FAT partitions. The removable path is the one for the system's architecture;
 * where that is not known, any.
 */
export async function readEfiPrograms(
  trees: readonly FileTree[],
  architecture: string | null,
): Promise<EfiPrograms> {
  const wanted = architecture === null ? Object.values(removableNames) : [removableNames[architecture] ?? ""];
  const others: string[] = [];
  const removable: string[] = [];
  for (const tree of trees) {
    const efi = await nameIn(tree, "", "EFI");
    if (efi === null) continue;
    const folders = (await tree.readDirectory(`/${efi}`)).slice(0, maxFolders).map(({ name }) => name);
    const lists = await Promise.all(folders.map((folder) => tree.readDirectory(`/${efi}/${folder}`)));
    for (const [index, folder] of folders.entries()) {
      for (const { name, kind } of lists[index] ?? []) {
        if (kind === "directory" || !/\.efi$/i.test(name)) continue;
        const isRemovable = folder.toUpperCase() === "BOOT" && wanted.includes(name.toUpperCase());
        if (isRemovable) removable.push(name.toUpperCase());
        else if (others.length < maxPrograms) others.push(printable(`EFI/${folder}/${name}`));
      }
    }
  }
  const first = wanted.find((name) => removable.includes(name));
  return { removablePath: first === undefined ? null : `EFI/BOOT/${first}`, others };
}

/** FAT keeps the case of a name and does not look at it. */
async function nameIn(tree: FileTree, folder: string, wanted: string): Promise<string | null> {
  const entries = await tree.readDirectory(folder === "" ? "/" : folder);
  return entries.find(({ name }) => name.toUpperCase() === wanted.toUpperCase())?.name ?? null;
}

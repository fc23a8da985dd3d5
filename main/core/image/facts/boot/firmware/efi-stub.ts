import type { Volume } from "#core/image/facts/volume.ts";
import { readGrub2 } from "#core/image/facts/boot/menu/grub2.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";

const maxFolders = 20;
/** What these hold is not seen: a UUID may be inside. */
const opaque = ["crypto_LUKS", "linux_raid_member", "zfs_member"];

/**
 * Debian's and Red Hat's GRUB on the EFI system partition has a few lines of its own: look for the filesystem
 * with the menu by its UUID, go on there. Answers a note for each that looks for what is not in the image.
 */
export async function findLostStubs(
  efiTrees: readonly FileTree[],
  volumes: readonly Volume[],
): Promise<string[]> {
  const uuids = new Set(volumes.map(({ found }) => found?.uuid?.toLowerCase()));
  if (volumes.some(({ found }) => found !== null && opaque.includes(found.type))) return [];
  const notes: string[] = [];
  for (const tree of efiTrees) {
    for (const { name } of (await tree.readDirectory("/EFI")).slice(0, maxFolders)) {
      const path = `/EFI/${name}/grub.cfg`;
      const stub = await readGrub2(tree, path);
      if (stub === null || stub.configFile === null || stub.searched.length === 0) continue;
      if (stub.searched.some((uuid) => uuids.has(uuid.toLowerCase()))) continue;
      notes.push(
        `${printable(path)} on the EFI system partition looks for a filesystem with the UUID ` +
          `${printable(stub.searched[0] ?? "", 40)}, which is not in the image: GRUB will stop at its prompt.`,
      );
    }
  }
  return notes;
}

import type { FileNode, NodeKind } from "#core/image/filesystem/filesystem.ts";
import { itemType, u64At } from "./key.ts";
import { damagedTree, type TreeRoot } from "./superblock.ts";
import type { Trees } from "./trees.ts";

/** A tree of files: the top level, a subvolume or a snapshot. */
export interface Subtree {
  readonly id: number;
  readonly root: TreeRoot;
  /** Inode of its top folder. */
  readonly directoryId: number;
  readonly isReadOnly: boolean;
}

export interface BtrfsNode extends FileNode {
  readonly subtree: Subtree;
  readonly inode: number;
}

const kinds: Readonly<Record<number, NodeKind>> = { 0x4: "directory", 0x8: "file", 0xa: "symlink" };
const inodeBytes = 160;

export async function readInode(trees: Trees, subtree: Subtree, inode: number): Promise<BtrfsNode> {
  const data = await trees.find(subtree.root, { objectid: inode, type: itemType.inode, offset: 0 });
  if (data === null || data.length < inodeBytes) throw damagedTree(`its inode ${inode} is missing`);
  const mode = data.readUInt32LE(52);
  const kind = kinds[(mode >>> 12) & 0xf] ?? "other";
  return { kind, sizeBytes: u64At(data, 16), mode: mode & 0o7777, subtree, inode };
}

/**
 * What is seen where a subvolume lies that its snapshot does not hold: an empty folder
 * (BTRFS_EMPTY_SUBVOL_DIR_OBJECTID).
 */
const emptyDirectoryInode = 2;
export const emptyDirectory = (subtree: Subtree): BtrfsNode => ({
  kind: "directory",
  sizeBytes: 0,
  mode: 0o755,
  subtree,
  inode: emptyDirectoryInode,
});

import type { FileNode, NodeKind } from "#core/image/filesystem/filesystem.ts";
import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { inodeAttribute } from "./attributes.ts";
import type { ExtSuperblock } from "./superblock.ts";

/** Documentation/filesystems/ext4/inodes.rst. */
const flag = { encrypted: 0x800, extents: 0x80000, inlineData: 0x1000_0000, casefold: 0x4000_0000 } as const;

export interface ExtInode extends FileNode {
  readonly number: number;
  readonly usesExtents: boolean;
  /** i_block: 60 bytes of block map, extent tree root, link target or inline data. */
  readonly map: Buffer;
  /** The data itself when it lives in the inode. */
  readonly inlineData: Buffer | null;
  /** fscrypt: names and contents are only noise without the key. */
  readonly isEncrypted: boolean;
  /** A folder whose names match regardless of case. */
  readonly ignoresCase: boolean;
  /** The whole inode, for the attributes behind its fields. */
  readonly raw: Buffer;
  /** Block of further attributes; 0 for none. */
  readonly attributeBlock: number;
}

const kinds: Readonly<Record<number, NodeKind>> = { 0x4: "directory", 0x8: "file", 0xa: "symlink" };

export function createInodeReader(
  device: BlockDevice,
  superblock: ExtSuperblock,
): (n: number) => Promise<ExtInode> {
  const { blockBytes, inodeBytes, inodesPerGroup } = superblock;
  const tables = new Map<number, number>();

  async function tableBlock(group: number): Promise<number> {
    const known = tables.get(group);
    if (known !== undefined) return known;
    const at = descriptorOffset(superblock, group);
    const descriptor = await device.read(at, superblock.descriptorBytes);
    const high = superblock.sixtyFourBit && descriptor.length >= 64 ? descriptor.readUInt32LE(40) : 0;
    const block = high * 2 ** 32 + descriptor.readUInt32LE(8);
    tables.set(group, block);
    return block;
  }

  return async (number) => {
    if (number < 1 || number > superblock.inodes)
      throw unreadable(`The filesystem names the impossible inode ${number}`);
    const group = Math.floor((number - 1) / inodesPerGroup);
    const index = (number - 1) % inodesPerGroup;
    const at = (await tableBlock(group)) * blockBytes + index * inodeBytes;
    return parseInode(number, await device.read(at, inodeBytes));
  };
}

/** Group descriptors follow the first superblock; with meta_bg each meta group keeps its own block of them. */
function descriptorOffset(superblock: ExtSuperblock, group: number): number {
  const { blockBytes, descriptorBytes, firstDataBlock, firstMetaBg, blocksPerGroup } = superblock;
  const perBlock = blockBytes / descriptorBytes;
  const metaGroup = Math.floor(group / perBlock);
  const within = (group % perBlock) * descriptorBytes;
  const superblockBlock = blockBytes === 1024 ? 1 : 0; // not firstDataBlock: with bigalloc that is 0
  if (firstMetaBg === null || metaGroup < firstMetaBg) {
    return (superblockBlock + 1 + metaGroup) * blockBytes + within;
  }
  const firstGroup = metaGroup * perBlock;
  const start = firstDataBlock + firstGroup * blocksPerGroup;
  const shift = firstGroup === 0 && superblockBlock > firstDataBlock ? 1 : 0;
  return (start + (hasSuperblock(superblock, firstGroup) ? 1 : 0) + shift) * blockBytes + within;
}

function hasSuperblock(superblock: ExtSuperblock, group: number): boolean {
  if (group === 0) return true;
  if (superblock.backupGroups !== null) return superblock.backupGroups.includes(group);
  if (!superblock.sparseSuper || group === 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

/** Copies what it keeps, so that a cache of inodes does not hold on to whole pages. */
export function parseInode(number: number, bytes: Buffer): ExtInode {
  const raw = Buffer.from(bytes);
  const mode = raw.readUInt16LE(0);
  const flags = raw.readUInt32LE(32);
  const kind = kinds[mode >>> 12] ?? "other";
  const sizeBytes =
    kind === "symlink" ? raw.readUInt32LE(4) : raw.readUInt32LE(4) + raw.readUInt32LE(108) * 2 ** 32;
  const map = raw.subarray(40, 100);
  const inline = (flags & flag.inlineData) !== 0;
  return {
    number,
    kind,
    sizeBytes,
    mode: mode & 0o7777,
    usesExtents: (flags & flag.extents) !== 0,
    map,
    inlineData: inline ? Buffer.concat([map, inlineTail(raw)]) : null,
    isEncrypted: (flags & flag.encrypted) !== 0,
    ignoresCase: (flags & flag.casefold) !== 0,
    raw,
    attributeBlock: raw.readUInt16LE(118) * 2 ** 32 + raw.readUInt32LE(104),
  };
}

/** What does not fit into i_block is the value of the attribute `system.data` behind the inode's fields. */
function inlineTail(raw: Buffer): Buffer {
  const found = inodeAttribute(raw, "system.data");
  return found?.kind === "here" ? found.value : Buffer.alloc(0);
}

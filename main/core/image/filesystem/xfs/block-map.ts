import { u64be } from "#core/image/source/binary.ts";
import type { Fork } from "./inode.ts";
import { damaged, headers, type BlockRun, type XfsVolume } from "./volume.ts";

/** xfs_format.h: an extent is 128 bits; unwritten flag 1, offset 54, block 52, count 21. */
const extentBytes = 16;
const maxRuns = 200_000;
/** XFS_BTREE_MAXLEVELS */
const maxLevels = 9;
const magic = { version4: 0x424d_4150, version5: 0x424d_4133 } as const; // BMAP, BMA3
const headerBytes = { version4: 24, version5: 72 } as const;

interface Query {
  readonly volume: XfsVolume;
  readonly first: number;
  readonly last: number;
  readonly runs: BlockRun[];
}

/**
 * The runs of the blocks `first` to `last` (both included) of a fork, in order. Holes and blocks that are
 * reserved but unwritten are left out: both read as zeros.
 */
export async function forkRuns(
  volume: XfsVolume,
  fork: Fork,
  first: number,
  last: number,
): Promise<BlockRun[]> {
  const query: Query = { volume, first, last, runs: [] };
  if (fork.format === "extents") addRecords(query, fork.bytes, 0, fork.extents, 0, Infinity);
  else if (fork.format === "btree") await addTree(query, fork.bytes);
  else throw damaged("a file's blocks are not to be found");
  return query.runs;
}

/** The root in the inode has no header but level and count, and room for as many keys as pointers. */
async function addTree(query: Query, root: Buffer): Promise<void> {
  if (root.length < 4 + extentBytes) throw damaged("a file's extent tree has no root");
  const level = root.readUInt16BE(0);
  const count = root.readUInt16BE(2);
  if (level < 1 || level > maxLevels) throw damaged("a file's extent tree is too deep");
  await addChildren(query, root.subarray(4), level, count, 0, Infinity);
}

async function addChildren(
  query: Query,
  node: Buffer,
  level: number,
  count: number,
  from: number,
  end: number,
): Promise<void> {
  const capacity = Math.floor(node.length / extentBytes);
  if (count < 1 || count > capacity) throw damaged("a file's extent tree has a wrong count");
  for (let index = 0; index < count; index++) {
    const key = u64be(node, index * 8);
    const next = index + 1 < count ? u64be(node, index * 8 + 8) : end;
    // each child has its own part of the file, so no block of the tree is read twice
    if (key < from || next <= key || next > end) throw damaged("a file's extent tree is not in order");
    if (key > query.last) return;
    if (next <= query.first) continue;
    const pointer = u64be(node, capacity * 8 + index * 8);
    await addBlock(query, query.volume.locate(pointer, 1), level - 1, key, next);
  }
}

async function addBlock(
  query: Query,
  physical: number,
  level: number,
  from: number,
  end: number,
): Promise<void> {
  const { volume } = query;
  const { checksums } = volume.superblock;
  const block = await volume.readBlocks(physical, 1);
  const start = checksums ? headerBytes.version5 : headerBytes.version4;
  if (block.readUInt32BE(0) !== (checksums ? magic.version5 : magic.version4)) {
    throw damaged("a block of a file's extent tree is not there");
  }
  volume.verify(block, physical, headers.extentTree, "a block of a file's extent tree");
  if (block.readUInt16BE(4) !== level) throw damaged("a file's extent tree has a wrong level");
  const count = block.readUInt16BE(6);
  if (level === 0) addRecords(query, block, start, count, from, end);
  else await addChildren(query, block.subarray(start), level, count, from, end);
}

function addRecords(
  query: Query,
  bytes: Buffer,
  start: number,
  count: number,
  from: number,
  end: number,
): void {
  if (start + count * extentBytes > bytes.length) throw damaged("a file has too many extents for its place");
  let free = from;
  for (let index = 0; index < count; index++) {
    const at = start + index * extentBytes;
    const high = bytes.readUInt32BE(at);
    const middle = bytes.readUInt32BE(at + 4);
    const low = bytes.readUInt32BE(at + 12);
    const logical = (high & 0x7fff_ffff) * 2 ** 23 + (middle >>> 9);
    const length = low & 0x1f_ffff;
    if (length === 0 || logical < free || logical + length > end) throw damaged("a file's extents overlap");
    free = logical + length;
    if (free <= query.first || high >= 0x8000_0000) continue;
    if (logical > query.last) return;
    if (query.runs.length >= maxRuns) throw damaged("a file is scattered over too many pieces");
    const fsBlock = (middle & 0x1ff) * 2 ** 43 + bytes.readUInt32BE(at + 8) * 2 ** 11 + (low >>> 21);
    const physical = query.volume.locate(fsBlock, length);
    const skip = Math.max(0, query.first - logical);
    const take = Math.min(free - 1, query.last) - (logical + skip) + 1;
    query.runs.push({ logical: logical + skip, physical: physical + skip, count: take });
  }
}

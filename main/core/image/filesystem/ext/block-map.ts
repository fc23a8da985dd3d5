import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import type { BlockRun } from "./block-run.ts";
import { extentRuns } from "./extents.ts";
import type { ExtInode } from "./inode.ts";

const maxRuns = 200_000;

/** The runs of the blocks `first` to `last` (both included) of a file, in order. */
export async function blockRuns(
  device: BlockDevice,
  inode: ExtInode,
  blockBytes: number,
  first: number,
  last: number,
): Promise<BlockRun[]> {
  const runs: BlockRun[] = [];
  if (inode.usesExtents) {
    await extentRuns({ device, blockBytes, first, last, runs, maxRuns }, inode.map, null);
    return runs;
  }
  await indirectRuns(device, inode, blockBytes, first, last, runs);
  return runs;
}

/** 12 direct blocks, then one singly, one doubly and one triply indirect. */
async function indirectRuns(
  device: BlockDevice,
  inode: ExtInode,
  blockBytes: number,
  first: number,
  last: number,
  runs: BlockRun[],
): Promise<void> {
  const perBlock = blockBytes / 4;
  const add = (logical: number, physical: number): void => {
    if (physical === 0) return;
    const before = runs.at(-1);
    if (
      before !== undefined &&
      before.logical + before.count === logical &&
      before.physical + before.count === physical
    ) {
      runs[runs.length - 1] = { ...before, count: before.count + 1 };
      return;
    }
    if (runs.length >= maxRuns) throw unreadable("A file is scattered over too many pieces");
    runs.push({ logical, physical, count: 1 });
  };
  for (let index = first; index <= Math.min(last, 11); index++) add(index, inode.map.readUInt32LE(index * 4));

  const descend = async (block: number, level: number, base: number): Promise<void> => {
    const span = perBlock ** level;
    if (block === 0 || base > last || base + span <= first) return;
    const pointers = await device.read(block * blockBytes, blockBytes);
    const below = span / perBlock;
    const from = Math.max(0, Math.floor((first - base) / below));
    const to = Math.min(perBlock - 1, Math.floor((last - base) / below));
    for (let index = from; index <= to; index++) {
      const pointer = pointers.readUInt32LE(index * 4);
      if (level === 1) add(base + index, pointer);
      else await descend(pointer, level - 1, base + index * below);
    }
  };
  await descend(inode.map.readUInt32LE(48), 1, 12);
  await descend(inode.map.readUInt32LE(52), 2, 12 + perBlock);
  await descend(inode.map.readUInt32LE(56), 3, 12 + perBlock + perBlock ** 2);
}

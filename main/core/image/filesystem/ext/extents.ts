import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import type { BlockRun } from "./block-run.ts";

/** Documentation/filesystems/ext4/ifork.rst: nodes of a 12-byte header and 12-byte entries; depth at most 5. */
const magic = 0xf30a;
const maxDepth = 5;
const maxInitialised = 32768; // longer lengths mark blocks that are reserved and read as zeros

export interface ExtentQuery {
  readonly device: BlockDevice;
  readonly blockBytes: number;
  readonly first: number;
  readonly last: number;
  readonly runs: BlockRun[];
  readonly maxRuns: number;
}

export const isExtentNode = (node: Buffer): boolean => node.length >= 12 && node.readUInt16LE(0) === magic;

/** Collects the runs of one node and what lies below it. Depth must fall by one a level, so it ends. */
export async function extentRuns(
  query: ExtentQuery,
  node: Buffer,
  expectedDepth: number | null,
): Promise<void> {
  if (!isExtentNode(node)) throw unreadable("A file's extent tree is damaged");
  const entries = node.readUInt16LE(2);
  const depth = node.readUInt16LE(6);
  const fits = 12 + entries * 12 <= node.length;
  if (!fits || depth > maxDepth || (expectedDepth !== null && depth !== expectedDepth)) {
    throw unreadable("A file's extent tree is damaged");
  }
  for (let index = 0; index < entries; index++) {
    const at = 12 + index * 12;
    const logical = node.readUInt32LE(at);
    if (logical > query.last) return;
    if (depth === 0) {
      addLeaf(query, node, at, logical);
      continue;
    }
    const next = index + 1 < entries ? node.readUInt32LE(at + 12) : Number.POSITIVE_INFINITY;
    if (next <= query.first) continue;
    if (next <= logical) throw unreadable("A file's extent tree is damaged");
    const block = node.readUInt16LE(at + 8) * 2 ** 32 + node.readUInt32LE(at + 4);
    const child = await query.device.read(block * query.blockBytes, query.blockBytes);
    await extentRuns(query, child, depth - 1);
  }
}

function addLeaf(query: ExtentQuery, node: Buffer, at: number, logical: number): void {
  const length = node.readUInt16LE(at + 4);
  if (length > maxInitialised) return;
  const from = Math.max(logical, query.first);
  const to = Math.min(logical + length - 1, query.last);
  if (to < from) return;
  const before = query.runs.at(-1);
  if (before !== undefined && before.logical + before.count > from)
    throw unreadable("A file's extents overlap");
  if (query.runs.length >= query.maxRuns) throw unreadable("A file is scattered over too many pieces");
  const start = node.readUInt16LE(at + 6) * 2 ** 32 + node.readUInt32LE(at + 8);
  query.runs.push({ logical: from, physical: start + (from - logical), count: to - from + 1 });
}

import { keyBytes, u64At, type Key } from "./key.ts";
import { damagedTree } from "./superblock.ts";

/**
 * A block of a B-tree: a header of 101 bytes, then items (key, offset, size) with their data at the end of the
 * block, or above the leaves pointers (key, block, generation). Keys are sorted in either.
 */
export interface TreeNode {
  readonly logical: number;
  /** 0 is a leaf. */
  readonly level: number;
  readonly generation: number;
  readonly count: number;
  readonly objectids: Float64Array;
  readonly types: Uint8Array;
  readonly offsets: Float64Array;
  readonly bytes: Buffer;
}

const headerBytes = 101;
const itemBytes = 25;
const pointerBytes = 33;
/** Above it numbers are not exact, and nothing is looked for. */
const exact = 2 ** 53;

/** The block's checksum has been found right; everything else in it is still hostile. */
export function parseTreeNode(bytes: Buffer, logical: number, filesystem: Buffer): TreeNode {
  const where = `the tree block at ${logical}`;
  if (u64At(bytes, 48) !== logical) throw damagedTree(`${where} is another one`);
  if (!bytes.subarray(32, 48).equals(filesystem)) throw damagedTree(`${where} is of another filesystem`);
  const level = bytes.readUInt8(100);
  const count = bytes.readUInt32LE(96);
  const entryBytes = level === 0 ? itemBytes : pointerBytes;
  if (count > (bytes.length - headerBytes) / entryBytes) throw damagedTree(`${where} has too many entries`);
  const objectids = new Float64Array(count);
  const types = new Uint8Array(count);
  const offsets = new Float64Array(count);
  let before: Key = { objectid: -1, type: 0, offset: 0 };
  for (let index = 0, at = headerBytes; index < count; index++, at += entryBytes) {
    const objectid = (objectids[index] = u64At(bytes, at));
    const type = (types[index] = bytes.readUInt8(at + 8));
    const offset = (offsets[index] = u64At(bytes, at + 9));
    const inOrder =
      objectid > before.objectid ||
      (objectid === before.objectid &&
        (type > before.type || (type === before.type && offset > before.offset)));
    if (!inOrder && objectid < exact) throw damagedTree(`${where} is not sorted`);
    before = { objectid, type, offset };
  }
  return { logical, level, generation: u64At(bytes, 80), count, objectids, types, offsets, bytes };
}

export const keyAt = (node: TreeNode, index: number): Key => ({
  objectid: node.objectids[index] ?? 0,
  type: node.types[index] ?? 0,
  offset: node.offsets[index] ?? 0,
});

/** How the key at `index` compares with `key`: negative when it comes before it. */
export const compareAt = (node: TreeNode, index: number, key: Key): number =>
  (node.objectids[index] ?? 0) - key.objectid ||
  (node.types[index] ?? 0) - key.type ||
  (node.offsets[index] ?? 0) - key.offset;

/** Index of the last key that is not greater than `key`; -1 when all are. */
export function lastNotAfter(node: TreeNode, key: Key): number {
  let low = 0;
  let high = node.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(node, middle, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A block below, and the generation that it must carry. */
export function childAt(node: TreeNode, index: number): { logical: number; generation: number } {
  const at = headerBytes + index * pointerBytes + keyBytes;
  return { logical: u64At(node.bytes, at), generation: u64At(node.bytes, at + 8) };
}

/** Data of the item at `index`. Shares memory with the block. */
export function itemDataAt(node: TreeNode, index: number): Buffer {
  const at = headerBytes + index * itemBytes + keyBytes;
  const start = headerBytes + node.bytes.readUInt32LE(at);
  const end = start + node.bytes.readUInt32LE(at + 4);
  if (end > node.bytes.length)
    throw damagedTree(`the tree block at ${node.logical} has an item outside of it`);
  return node.bytes.subarray(start, end);
}

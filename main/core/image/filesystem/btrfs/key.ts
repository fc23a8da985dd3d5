/** Types of items that are looked at here (btrfs_tree.h). */
export const itemType = {
  inode: 1,
  inodeRef: 12,
  extendedRef: 13,
  attribute: 24,
  directoryItem: 84,
  directoryIndex: 96,
  extentData: 108,
  root: 132,
  rootBackReference: 144,
  rootReference: 156,
  chunk: 228,
} as const;

/** Trees and inodes with numbers of their own. */
export const objectId = { topLevel: 5, chunks: 256, firstFree: 256 } as const;

/**
 * What items are sorted by. 64-bit numbers above 2^53 lose their last digits; only internal trees have such
 * (they count down from 2^64), and none of those is read here.
 */
export interface Key {
  readonly objectid: number;
  readonly type: number;
  readonly offset: number;
}

/** Past every offset. */
export const maxOffset = 2 ** 64;

/** Of a key on disk: objectid u64, type u8, offset u64. */
export const keyBytes = 17;

export const u64At = (bytes: Buffer, at: number): number =>
  bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + bytes.readUInt32LE(at);

export const readKey = (bytes: Buffer, at: number): Key => ({
  objectid: u64At(bytes, at),
  type: bytes.readUInt8(at + 8),
  offset: u64At(bytes, at + 9),
});

/** Negative when a comes before b. */
export const compareKeys = (a: Key, b: Key): number =>
  a.objectid - b.objectid || a.type - b.type || a.offset - b.offset;

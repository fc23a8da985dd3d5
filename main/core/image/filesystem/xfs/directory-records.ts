import type { NodeKind } from "#core/image/filesystem/filesystem.ts";
import { u64be } from "#core/image/source/binary.ts";
import { damaged } from "./volume.ts";

export interface XfsDirectoryEntry {
  readonly name: string;
  readonly kind: NodeKind | "unknown";
  readonly inode: number;
}

/** xfs_da_format.h: XFS_DIR3_FT_*; 0 and everything absent is not told. */
const kinds: Readonly<Record<number, NodeKind>> = { 1: "file", 2: "directory", 7: "symlink" };
const kindOf = (type: number): XfsDirectoryEntry["kind"] =>
  type === 0 ? "unknown" : (kinds[type] ?? "other");

/** Magic numbers of the blocks that hold names: a folder's only block (with its index) and one of several. */
export const dataMagic = {
  only: [0x5844_3242, 0x5844_4233], // XD2B, XDB3
  oneOfMany: [0x5844_3244, 0x5844_4433], // XD2D, XDD3
} as const;

/** A folder inside its inode: count, how many numbers need 8 bytes (then all have them), parent, the entries. */
export function parseShortForm(
  bytes: Buffer,
  sizeBytes: number,
  hasFileType: boolean,
  add: (entry: XfsDirectoryEntry) => void,
): void {
  const end = Math.min(bytes.length, sizeBytes);
  if (end < 6) throw damaged("a folder is cut off");
  const wide = bytes.readUInt8(1) > 0;
  const numberBytes = wide ? 8 : 4;
  const count = bytes.readUInt8(0);
  let at = 2 + numberBytes;
  for (let index = 0; index < count; index++) {
    const nameAt = at + 3;
    const nameBytes = nameAt <= end ? bytes.readUInt8(at) : 0;
    const typeAt = nameAt + nameBytes;
    const inodeAt = typeAt + (hasFileType ? 1 : 0);
    if (nameBytes === 0 || inodeAt + numberBytes > end) throw damaged("a folder is cut off");
    const inode = wide ? u64be(bytes, inodeAt) : bytes.readUInt32BE(inodeAt);
    const kind = hasFileType ? kindOf(bytes.readUInt8(typeAt)) : "unknown";
    addName(bytes.toString("utf8", nameAt, typeAt), kind, inode, add);
    at = inodeAt + numberBytes;
  }
}

/**
 * The names of one data block. Between the header and the end (in a folder's only block: its index) lie
 * records on 8-byte borders, used or free.
 */
export function parseDataBlock(
  block: Buffer,
  checksums: boolean,
  hasFileType: boolean,
  add: (entry: XfsDirectoryEntry) => void,
): void {
  const end = dataEnd(block);
  for (let at = checksums ? 64 : 16; at < end;) {
    if (at + 8 > end) throw damaged("a folder's block is out of step");
    if (block.readUInt16BE(at) === 0xffff) {
      const freeBytes = block.readUInt16BE(at + 2);
      if (freeBytes < 8 || freeBytes % 8 !== 0 || at + freeBytes > end) {
        throw damaged("a folder's block is out of step");
      }
      at += freeBytes;
      continue;
    }
    at += parseRecord(block, at, end, hasFileType, add);
  }
}

/** Of a folder's only block the tail is an index: entries of 8 bytes, then their count and that of the stale. */
function dataEnd(block: Buffer): number {
  if (!dataMagic.only.some((magic) => magic === block.readUInt32BE(0))) return block.length;
  const end = block.length - 8 - block.readUInt32BE(block.length - 8) * 8;
  if (end < 16) throw damaged("a folder's block has a wrong count");
  return end;
}

/** inode u64, length of the name u8, name, type u8 if kept, own offset u16 at the end. Answers its length. */
export function parseRecord(
  block: Buffer,
  at: number,
  end: number,
  hasFileType: boolean,
  add: (entry: XfsDirectoryEntry) => void,
): number {
  const nameBytes = at + 9 <= end ? block.readUInt8(at + 8) : 0;
  const typeAt = at + 9 + nameBytes;
  const recordBytes = Math.ceil((9 + nameBytes + (hasFileType ? 1 : 0) + 2) / 8) * 8;
  if (nameBytes === 0 || at + recordBytes > end || block.readUInt16BE(at + recordBytes - 2) !== at) {
    throw damaged("a folder's block is out of step");
  }
  const kind = hasFileType ? kindOf(block.readUInt8(typeAt)) : "unknown";
  addName(block.toString("utf8", at + 9, typeAt), kind, u64be(block, at), add);
  return recordBytes;
}

function addName(
  name: string,
  kind: XfsDirectoryEntry["kind"],
  inode: number,
  add: (entry: XfsDirectoryEntry) => void,
): void {
  if (name !== "." && name !== ".." && !name.includes("/") && !name.includes("\0"))
    add({ name, kind, inode });
}

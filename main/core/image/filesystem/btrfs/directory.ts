import type { NodeKind } from "#core/image/filesystem/filesystem.ts";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { keyBytes, readKey, type Key } from "./key.ts";
import { damagedTree } from "./superblock.ts";

/** An entry of a folder, or an extended attribute: both have the same form. */
export interface BtrfsDirectoryItem {
  /** The inode, or the root of a subvolume. */
  readonly location: Key;
  readonly name: Buffer;
  readonly value: Buffer;
  /** BTRFS_FT_*. */
  readonly type: number;
}

const headerBytes = 30;

/** Key, generation u64, value's length u16, name's length u16, type u8, name, value. Names whose hashes are the same share an item. */
export function parseDirectoryItems(data: Buffer): BtrfsDirectoryItem[] {
  const items: BtrfsDirectoryItem[] = [];
  for (let at = 0; at < data.length;) {
    if (at + headerBytes > data.length) throw damagedTree("a folder's entry is too short");
    const valueBytes = data.readUInt16LE(at + keyBytes + 8);
    const nameBytes = data.readUInt16LE(at + keyBytes + 10);
    const nameAt = at + headerBytes;
    const end = nameAt + nameBytes + valueBytes;
    if (end > data.length) throw damagedTree("a folder's entry is longer than its place");
    items.push({
      location: readKey(data, at),
      name: data.subarray(nameAt, nameAt + nameBytes),
      value: data.subarray(nameAt + nameBytes, end),
      type: data.readUInt8(at + headerBytes - 1),
    });
    at = end;
  }
  return items;
}

/** What names are sorted by: CRC-32C without the inversions at its ends, from 2^32 - 2 on (btrfs_name_hash). */
export const nameHash = (name: Buffer): number => ~crc32c(name, 1) >>> 0;

/** BTRFS_FT_DIR also stands for a subvolume. */
const kinds: Readonly<Record<number, NodeKind>> = { 1: "file", 2: "directory", 7: "symlink" };
export const kindOf = (type: number): NodeKind => kinds[type & 0x7f] ?? "other";

/** null for what cannot be a name. */
export function entryName(bytes: Buffer): string | null {
  const name = bytes.toString("utf8");
  const isName = name !== "" && name !== "." && name !== ".." && !name.includes("/") && !name.includes("\0");
  return isName ? name : null;
}

import type { NodeKind } from "#core/image/filesystem/filesystem.ts";

export interface ExtDirectoryEntry {
  readonly name: string;
  readonly kind: NodeKind | "unknown";
  readonly inode: number;
}

const kinds: Readonly<Record<number, NodeKind>> = { 1: "file", 2: "directory", 7: "symlink" };

/**
 * Reads the records of one directory block: inode u32, record length u16, name length u8, type u8, name.
 * Index nodes of hashed directories look like one empty record, so reading all blocks in order finds every
 * name. A damaged record ends its block; the other blocks still count.
 */
export function parseDirectoryBlock(
  block: Buffer,
  hasFileType: boolean,
  add: (entry: ExtDirectoryEntry) => void,
): void {
  for (let at = 0; at + 8 <= block.length;) {
    const inode = block.readUInt32LE(at);
    const length = recordBytes(block.readUInt16LE(at + 4), block.length);
    const nameBytes = hasFileType ? block.readUInt8(at + 6) : block.readUInt16LE(at + 6);
    if (length < 8 || length % 4 !== 0 || at + length > block.length) return;
    if (inode !== 0 && nameBytes > 0 && nameBytes <= length - 8) {
      const name = block.toString("utf8", at + 8, at + 8 + nameBytes);
      const type = hasFileType ? block.readUInt8(at + 7) & 0x7 : 0;
      if (isName(name)) add({ name, inode, kind: type === 0 ? "unknown" : (kinds[type] ?? "other") });
    }
    at += length;
  }
}

/** In blocks of 64 KiB the full length does not fit into 16 bits: 0 and 65535 stand for it. */
const recordBytes = (stored: number, blockBytes: number): number =>
  blockBytes >= 65536 && (stored === 0 || stored === 65535) ? blockBytes : stored;

const isName = (name: string): boolean =>
  name !== "." && name !== ".." && !name.includes("/") && !name.includes("\0");

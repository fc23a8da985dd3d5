import { crc32c } from "#core/image/checksum/crc32c.ts";
import { journalMagic, type JournalSuperblock } from "./journal-superblock.ts";

/** Documentation/filesystems/ext4/journal.rst: the blocks between which the data of a transaction stand. */
const headerBytes = 12;
const tagFlag = { escaped: 1, sameUuid: 2, last: 8 } as const;

export interface BlockHeader {
  readonly type: number;
  readonly sequence: number;
}

/** null for a block that is no header: old data, or the end of the log. */
export const parseHeader = (block: Buffer): BlockHeader | null =>
  block.length < headerBytes || block.readUInt32BE(0) !== journalMagic
    ? null
    : { type: block.readUInt32BE(4), sequence: block.readUInt32BE(8) };

/** One data block that follows a descriptor. */
export interface BlockTag {
  /** Where in the filesystem it belongs. */
  readonly target: number;
  /** It began with the journal's own magic number, which was taken out. */
  readonly isEscaped: boolean;
  /** Stored checksum of sequence and data: 32 bits (v3) or the low 16 of them (v2). */
  readonly checksum: number;
}

/** The tags of a descriptor block. What is cut off ends the list. */
export function parseTags(block: Buffer, superblock: JournalSuperblock): BlockTag[] {
  const { sixtyFourBit, checksums } = superblock;
  const tagBytes = checksums === "v3" ? 16 : 8 + (sixtyFourBit ? 4 : 0) + (checksums === "v2" ? 2 : 0);
  const end = block.length - (checksums === "none" ? 0 : 4);
  const tags: BlockTag[] = [];
  for (let at = headerBytes; at + tagBytes <= end;) {
    const isV3 = checksums === "v3";
    const flags = isV3 ? block.readUInt32BE(at + 4) : block.readUInt16BE(at + 6);
    const high = sixtyFourBit ? block.readUInt32BE(at + 8) : 0;
    tags.push({
      target: high * 2 ** 32 + block.readUInt32BE(at),
      isEscaped: (flags & tagFlag.escaped) !== 0,
      checksum: isV3 ? block.readUInt32BE(at + 12) : block.readUInt16BE(at + 4),
    });
    if ((flags & tagFlag.last) !== 0) break;
    at += tagBytes + ((flags & tagFlag.sameUuid) === 0 ? 16 : 0);
  }
  return tags;
}

/** Blocks whose older copies in the journal must not be written any more. */
export function parseRevoked(block: Buffer, superblock: JournalSuperblock): number[] {
  const width = superblock.sixtyFourBit ? 8 : 4;
  const room = block.length - (superblock.checksums === "none" ? 0 : 4);
  const end = Math.min(block.readUInt32BE(headerBytes), room);
  const revoked: number[] = [];
  for (let at = headerBytes + 4; at + width <= end; at += width) {
    revoked.push(width === 8 ? Number(block.readBigUInt64BE(at)) : block.readUInt32BE(at));
  }
  return revoked;
}

/** Descriptor and revoke blocks end with a checksum of themselves. */
export function tailIsSound(block: Buffer, superblock: JournalSuperblock): boolean {
  return superblock.checksums === "none" || fieldIsSound(block, block.length - 4, superblock);
}

/** A commit block's checksum stands in its middle. */
export function commitIsSound(block: Buffer, superblock: JournalSuperblock): boolean {
  return superblock.checksums === "none" || fieldIsSound(block, 16, superblock);
}

function fieldIsSound(block: Buffer, at: number, { checksumSeed }: JournalSuperblock): boolean {
  const copy = Buffer.from(block);
  copy.writeUInt32BE(0, at);
  return ~crc32c(copy, checksumSeed) >>> 0 === block.readUInt32BE(at);
}

/** `data` as it stands in the journal. */
export function dataIsSound(
  data: Buffer,
  tag: BlockTag,
  sequence: number,
  superblock: JournalSuperblock,
): boolean {
  if (superblock.checksums === "none") return true;
  const number = Buffer.alloc(4);
  number.writeUInt32BE(sequence);
  const found = ~crc32c(data, crc32c(number, superblock.checksumSeed)) >>> 0;
  return superblock.checksums === "v3" ? found === tag.checksum : (found & 0xffff) === tag.checksum;
}

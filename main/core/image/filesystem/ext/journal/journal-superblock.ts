import { crc32c } from "#core/image/checksum/crc32c.ts";

/** Documentation/filesystems/ext4/journal.rst (jbd2). Everything in a journal is big endian. */
export const journalMagic = 0xc03b_3998;
export const blockType = { descriptor: 1, commit: 2, superblockV1: 3, superblockV2: 4, revoke: 5 } as const;

const incompat = {
  revoke: 0x1,
  sixtyFourBit: 0x2,
  asyncCommit: 0x4,
  csumV2: 0x8,
  csumV3: 0x10,
  fastCommit: 0x20,
} as const;
const compatChecksum = 0x1;
const known = Object.values(incompat).reduce((sum, bit) => sum | bit, 0);
/** What the kernel takes when the superblock does not say. */
const defaultFastCommitBlocks = 256;

export interface JournalSuperblock {
  readonly blockBytes: number;
  /** Blocks of the whole journal; the ring of transactions lies from `first` up to `end`. */
  readonly blocks: number;
  readonly first: number;
  readonly end: number;
  /** Where the oldest transaction begins; 0 for an empty journal. */
  readonly start: number;
  readonly sequence: number;
  readonly sixtyFourBit: boolean;
  readonly checksums: "none" | "v2" | "v3";
  /** Version 1: one checksum over all blocks of a transaction. */
  readonly hasTransactionChecksums: boolean;
  /** What every checksum begins with. */
  readonly checksumSeed: number;
  readonly hasFastCommits: boolean;
}

/** The superblock, or why it cannot be followed. */
export function parseJournalSuperblock(
  block: Buffer,
  blockBytes: number,
  fileBlocks: number,
): JournalSuperblock | { readonly damage: string } {
  if (block.length < 1024 || block.readUInt32BE(0) !== journalMagic) return { damage: "it has no header" };
  const type = block.readUInt32BE(4);
  if (type !== blockType.superblockV1 && type !== blockType.superblockV2)
    return { damage: "it has no header" };
  const features = type === blockType.superblockV2 ? block.readUInt32BE(40) : 0;
  const unknown = features & ~known;
  if (unknown !== 0)
    return { damage: `it uses features that are not known here (0x${(unknown >>> 0).toString(16)})` };
  const checksums =
    (features & incompat.csumV3) !== 0 ? "v3" : (features & incompat.csumV2) !== 0 ? "v2" : "none";
  if (checksums !== "none" && !superblockIsSound(block)) return { damage: "its header's checksum is wrong" };
  const hasFastCommits = (features & incompat.fastCommit) !== 0;
  const fastBlocks = hasFastCommits ? block.readUInt32BE(84) || defaultFastCommitBlocks : 0;
  const blocks = block.readUInt32BE(16);
  const first = block.readUInt32BE(20);
  const end = blocks - fastBlocks;
  const start = block.readUInt32BE(28);
  const isSound =
    block.readUInt32BE(12) === blockBytes &&
    blocks <= fileBlocks &&
    first >= 1 &&
    first < end &&
    (start === 0 || (start >= first && start < end));
  if (!isSound) return { damage: "its header does not make sense" };
  return {
    blockBytes,
    blocks,
    first,
    end,
    start,
    sequence: block.readUInt32BE(24),
    sixtyFourBit: (features & incompat.sixtyFourBit) !== 0,
    checksums,
    hasTransactionChecksums:
      checksums === "none" &&
      type === blockType.superblockV2 &&
      (block.readUInt32BE(36) & compatChecksum) !== 0,
    checksumSeed: crc32c(block.subarray(48, 64)),
    hasFastCommits,
  };
}

function superblockIsSound(block: Buffer): boolean {
  const copy = Buffer.from(block.subarray(0, 1024));
  copy.writeUInt32BE(0, 252);
  return ~crc32c(copy) >>> 0 === block.readUInt32BE(252);
}

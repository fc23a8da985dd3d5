import { crc32c } from "#core/image/checksum/crc32c.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { printable } from "#core/image/source/binary.ts";
import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";

/** Documentation/filesystems/ext4/super.rst of the Linux kernel; the block lies 1024 bytes in. */
const superblockOffset = 1024;
const compat = { hasJournal: 0x4, sparseSuper2: 0x200 } as const;
const incompat = {
  compression: 0x1,
  filetype: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaBg: 0x10,
  extents: 0x40,
  sixtyFourBit: 0x80,
  mmp: 0x100,
  flexBg: 0x200,
  eaInode: 0x400,
  dirdata: 0x1000,
  checksumSeed: 0x2000,
  largeDir: 0x4000,
  inlineData: 0x8000,
  encrypt: 0x10000,
  casefold: 0x20000,
} as const;
const roCompat = { sparseSuper: 0x1, metadataChecksums: 0x400 } as const;
const ext3Incompat = incompat.filetype | incompat.recover | incompat.metaBg;
const ext3RoCompat = 0x7;
const readableIncompat = Object.values(incompat).reduce((sum, bit) => sum | bit, 0) & ~incompat.compression;

export interface ExtSuperblock {
  readonly type: "ext2" | "ext3" | "ext4" | "jbd";
  readonly label: string | null;
  readonly uuid: string | null;
  readonly blockBytes: number;
  readonly blocks: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodes: number;
  readonly inodesPerGroup: number;
  readonly inodeBytes: number;
  readonly descriptorBytes: number;
  readonly firstMetaBg: number | null;
  readonly sixtyFourBit: boolean;
  readonly sparseSuper: boolean;
  readonly backupGroups: readonly number[] | null;
  readonly hasFileType: boolean;
  readonly needsRecovery: boolean;
  /** null for a filesystem without one. */
  readonly journal: ExtJournalPlace | null;
  /** null where there are no checksums. */
  readonly checksumIsSound: boolean | null;
  /** Why our reader cannot look inside; null when it can. */
  readonly unreadable: string | null;
}

export interface ExtJournalPlace {
  /** Otherwise it is on a device of its own. */
  readonly isInside: boolean;
  readonly inode: number;
  /** Copy of its inode's block map (60 bytes) and size (high, low); null where there is none. */
  readonly backup: Buffer | null;
}

/** null when there is no ext filesystem, or nothing that can be one. */
export async function readExtSuperblock(device: BlockDevice): Promise<ExtSuperblock | null> {
  const block = await readUpTo(device, superblockOffset, 1024);
  if (block.length < 1024 || block.readUInt16LE(56) !== 0xef53) return null;
  const dynamic = block.readUInt32LE(76) >= 1;
  const has = dynamic ? block.readUInt32LE(92) : 0;
  const needs = dynamic ? block.readUInt32LE(96) : 0;
  const readOnly = dynamic ? block.readUInt32LE(100) : 0;
  const sixtyFourBit = (needs & incompat.sixtyFourBit) !== 0;
  const logBlock = block.readUInt32LE(24);
  const blockBytes = 1024 * 2 ** Math.min(logBlock, 30);
  const inodeBytes = dynamic ? block.readUInt16LE(88) : 128;
  const descriptorBytes = sixtyFourBit ? block.readUInt16LE(254) : 32;
  const superblock = {
    type: typeOf(has, needs, readOnly),
    label: printable(block.toString("utf8", 120, 136).split("\0")[0] ?? "", 16) || null,
    uuid: uuidOrNull(block.subarray(104, 120)),
    blockBytes,
    blocks: block.readUInt32LE(4) + (sixtyFourBit ? block.readUInt32LE(336) * 2 ** 32 : 0),
    firstDataBlock: block.readUInt32LE(20),
    blocksPerGroup: block.readUInt32LE(32),
    inodes: block.readUInt32LE(0),
    inodesPerGroup: block.readUInt32LE(40),
    inodeBytes,
    descriptorBytes,
    firstMetaBg: (needs & incompat.metaBg) === 0 ? null : block.readUInt32LE(260),
    sixtyFourBit,
    sparseSuper: (readOnly & roCompat.sparseSuper) !== 0,
    backupGroups:
      (has & compat.sparseSuper2) === 0 ? null : [block.readUInt32LE(588), block.readUInt32LE(592)],
    hasFileType: (needs & incompat.filetype) !== 0,
    needsRecovery: (needs & incompat.recover) !== 0,
    journal: (has & compat.hasJournal) === 0 ? null : journalPlace(block),
    checksumIsSound:
      (readOnly & roCompat.metadataChecksums) === 0
        ? null
        : ~crc32c(block.subarray(0, 1020)) >>> 0 === block.readUInt32LE(1020),
  } as const;
  return { ...superblock, unreadable: obstacle(superblock, logBlock, needs) };
}

const journalPlace = (block: Buffer): ExtJournalPlace => ({
  isInside: block.readUInt32LE(224) !== 0,
  inode: block.readUInt32LE(224),
  backup: block.readUInt8(253) === 1 ? Buffer.from(block.subarray(268, 268 + 68)) : null,
});

/** As libblkid tells them apart: by the oldest driver that could mount it. */
function typeOf(has: number, needs: number, readOnly: number): ExtSuperblock["type"] {
  if ((needs & incompat.journalDevice) !== 0) return "jbd";
  if ((needs & ~ext3Incompat) !== 0 || (readOnly & ~ext3RoCompat) !== 0) return "ext4";
  return (has & compat.hasJournal) === 0 ? "ext2" : "ext3";
}

function obstacle(
  superblock: Omit<ExtSuperblock, "unreadable">,
  logBlock: number,
  needs: number,
): string | null {
  const { inodeBytes, blockBytes, descriptorBytes } = superblock;
  if (superblock.type === "jbd") return "It is an external journal, not a filesystem";
  const unknown = needs & ~readableIncompat;
  if (unknown !== 0)
    return `It uses ext4 features that are not known here (0x${(unknown >>> 0).toString(16)})`;
  const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  const sound =
    logBlock <= 6 &&
    isPowerOfTwo(inodeBytes) &&
    inodeBytes >= 128 &&
    inodeBytes <= blockBytes &&
    isPowerOfTwo(descriptorBytes) &&
    descriptorBytes >= 32 &&
    descriptorBytes <= blockBytes &&
    superblock.blocksPerGroup > 0 &&
    superblock.inodesPerGroup > 0 &&
    superblock.inodes > 0;
  return sound ? null : "Its superblock is damaged";
}

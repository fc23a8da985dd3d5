import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { printable, u64be } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";

/** xfs_format.h of the Linux kernel: bits of sb_versionnum, sb_features2 and sb_features_incompat. */
const version = { dirV2: 0x2000, ignoreCase: 0x4000, more: 0x8000 } as const;
const features2 = { fileType: 0x200 } as const;
const incompat = {
  fileType: 0x1,
  sparseInodes: 0x2,
  metaUuid: 0x4,
  bigTime: 0x8,
  needsRepair: 0x10,
  largeExtentCounts: 0x20,
  exchangeRange: 0x40,
  parentPointers: 0x80,
  metaDirectory: 0x100,
} as const;
const readableIncompat = Object.values(incompat).reduce((sum, bit) => sum | bit, 0);
const zoned = 0x200;

export const superblockCrcAt = 224;
const zeros = Buffer.alloc(4);

export interface XfsSuperblock {
  readonly label: string | null;
  readonly uuid: string | null;
  /** The UUID that metadata carries; another than `uuid` after xfs_admin -U. */
  readonly metadataUuid: Buffer;
  /** Metadata carries checksums (version 5). */
  readonly checksums: boolean;
  readonly blockBytes: number;
  readonly blocks: number;
  readonly groupBlocks: number;
  readonly groups: number;
  /** Bits of a block number that count inside an allocation group. */
  readonly groupBlockBits: number;
  readonly inodeBytes: number;
  /** Bits of an inode number that count inside a block. */
  readonly inodesPerBlockBits: number;
  readonly rootInode: number;
  readonly directoryBlockBytes: number;
  readonly hasFileType: boolean;
  readonly ignoresCase: boolean;
  readonly needsRepair: boolean;
  /** null: the log lies on another device. */
  readonly log: { readonly block: number; readonly blocks: number } | null;
  /** Why our reader cannot look inside; null when it can. */
  readonly unreadable: string | null;
}

/** null when there is no XFS, or nothing that can be one. */
export async function readXfsSuperblock(device: BlockDevice): Promise<XfsSuperblock | null> {
  const block = await readUpTo(device, 0, 512);
  if (block.length < 512 || block.toString("latin1", 0, 4) !== "XFSB") return null;
  const blockBytes = block.readUInt32BE(4);
  if (blockBytes < 512 || blockBytes > 65536 || !isPowerOfTwo(blockBytes)) return null;
  const versions = block.readUInt16BE(100);
  const checksums = (versions & 0xf) === 5;
  const more = checksums || (versions & version.more) !== 0 ? block.readUInt32BE(200) : 0;
  const needs = checksums ? block.readUInt32BE(216) : 0;
  const logStart = u64be(block, 48);
  const uuid = block.subarray(32, 48);
  const superblock = {
    label: printable(block.toString("utf8", 108, 120).split("\0")[0] ?? "", 12) || null,
    uuid: uuidOrNull(uuid),
    metadataUuid: Buffer.from((needs & incompat.metaUuid) === 0 ? uuid : block.subarray(248, 264)),
    checksums,
    blockBytes,
    blocks: u64be(block, 8),
    groupBlocks: block.readUInt32BE(84),
    groups: block.readUInt32BE(88),
    groupBlockBits: block.readUInt8(124),
    inodeBytes: block.readUInt16BE(104),
    inodesPerBlockBits: block.readUInt8(123),
    rootInode: u64be(block, 56),
    directoryBlockBytes: blockBytes * 2 ** Math.min(block.readUInt8(192), 30),
    hasFileType: (needs & incompat.fileType) !== 0 || (more & features2.fileType) !== 0,
    ignoresCase: (versions & version.ignoreCase) !== 0,
    needsRepair: (needs & incompat.needsRepair) !== 0,
    log: logStart === 0 ? null : { block: logStart, blocks: block.readUInt32BE(96) },
  } as const;
  const obstacle =
    versionObstacle(versions, needs) ??
    (isSound(superblock, block) ? null : "Its superblock is damaged") ??
    (checksums && !(await hasValidChecksum(device, block))
      ? "The checksum of its superblock is wrong"
      : null);
  return { ...superblock, unreadable: obstacle };
}

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

function versionObstacle(versions: number, needs: number): string | null {
  const number = versions & 0xf;
  if (number !== 4 && number !== 5) return `It is XFS of version ${number}, which Linux no longer mounts`;
  if ((versions & version.dirV2) === 0) return "It has folders of version 1, which Linux no longer mounts";
  if ((needs & zoned) !== 0) return "Its files lie in zones of a realtime device";
  const unknown = needs & ~readableIncompat;
  if (unknown === 0) return null;
  return `It uses XFS features that are not known here (0x${(unknown >>> 0).toString(16)})`;
}

type Geometry = Omit<XfsSuperblock, "unreadable">;

/** What Linux checks before it mounts (xfs_validate_sb_common), as far as it concerns a reader. */
function isSound(superblock: Geometry, block: Buffer): boolean {
  const { blockBytes, blocks, groupBlocks, groups, groupBlockBits, inodeBytes } = superblock;
  const sectorBytes = block.readUInt16BE(102);
  const blockBits = Math.log2(blockBytes);
  return (
    block.readUInt8(126) === 0 && // mkfs was not interrupted
    block.readUInt8(120) === blockBits &&
    sectorBytes >= 512 &&
    sectorBytes <= 32768 &&
    isPowerOfTwo(sectorBytes) &&
    isPowerOfTwo(inodeBytes) &&
    inodeBytes >= 256 &&
    inodeBytes <= Math.min(2048, blockBytes) &&
    superblock.inodesPerBlockBits === blockBits - Math.log2(inodeBytes) &&
    groups > 0 &&
    groupBlocks > 0 &&
    groupBlockBits === Math.ceil(Math.log2(groupBlocks)) &&
    blocks > (groups - 1) * groupBlocks &&
    blocks <= groups * groupBlocks &&
    superblock.directoryBlockBytes <= 65536
  );
}

async function hasValidChecksum(device: BlockDevice, head: Buffer): Promise<boolean> {
  const sector = await readUpTo(device, 0, head.readUInt16BE(102));
  return checksumOf(sector, superblockCrcAt) === sector.readUInt32LE(superblockCrcAt);
}

/** CRC-32C of a structure with its own checksum field counted as zero. The field itself is little endian. */
export const checksumOf = (bytes: Buffer, crcAt: number): number =>
  crc32c(bytes.subarray(crcAt + 4), crc32c(zeros, crc32c(bytes.subarray(0, crcAt))));

import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { u64le, unreadable } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { checksumHolds } from "./checksum.ts";
import { obstacle, stateNotes } from "./features.ts";

/** Copies of the superblock lie at these places, as far as the device reaches (on-disk format, kernel wiki). */
const primaryOffset = 64 * 1024;
const mirrorOffset = 64 * 1024 ** 2;
const superblockBytes = 4096;
const magic = "_BHRfS_M";

/** Where a tree starts. `generation` is what its first block must carry; null where that is not known. */
export interface TreeRoot {
  readonly logical: number;
  readonly level: number;
  readonly generation: number | null;
}

export interface BtrfsSuperblock {
  readonly uuid: string | null;
  readonly label: string | null;
  /** What tree blocks carry as their filesystem: it stays when `btrfstune -m` changes the UUID. */
  readonly metadataUuid: Buffer;
  readonly totalBytes: number;
  readonly devices: number;
  /** Number of the device that this superblock lies on. */
  readonly deviceId: number;
  readonly sectorBytes: number;
  readonly nodeBytes: number;
  readonly checksumType: number;
  readonly rootTree: TreeRoot;
  readonly chunkTree: TreeRoot;
  readonly rootDirectoryId: number;
  /** Chunk items that are needed to find the chunk tree. */
  readonly systemChunks: Buffer;
  readonly notes: readonly string[];
  /** false: neither copy has a right checksum, and all of this may be what another filesystem left over. */
  readonly isSound: boolean;
  /** Why our reader cannot look inside; null when it can. */
  readonly unreadable: string | null;
}

/** null when there is no btrfs. The kernel too wants the first copy; a second one alone is of another time. */
export async function readBtrfsSuperblock(device: BlockDevice): Promise<BtrfsSuperblock | null> {
  const first = await readUpTo(device, primaryOffset, superblockBytes);
  if (!hasMagic(first)) return null;
  if (isSound(first, primaryOffset)) return parse(first, device, []);
  const second = await readUpTo(device, mirrorOffset, superblockBytes);
  const sameFilesystem = second.subarray(32, 48).equals(first.subarray(32, 48));
  if (hasMagic(second) && sameFilesystem && isSound(second, mirrorOffset)) {
    return parse(second, device, [
      "The first superblock of the btrfs filesystem is damaged; its copy was used.",
    ]);
  }
  return { ...parse(first, device, []), isSound: false, unreadable: "Its superblock is damaged" };
}

const hasMagic = (block: Buffer): boolean =>
  block.length === superblockBytes && block.toString("latin1", 64, 72) === magic;

const isSound = (block: Buffer, offset: number): boolean =>
  u64le(block, 48) === offset && checksumHolds(block.readUInt16LE(196), block) !== false;

function parse(block: Buffer, device: BlockDevice, notes: readonly string[]): BtrfsSuperblock {
  const incompat = u64le(block, 188);
  const metadataUuid = Buffer.from(
    Math.floor(incompat / 0x400) % 2 === 1 ? block.subarray(571, 587) : block.subarray(32, 48),
  );
  const systemBytes = Math.min(block.readUInt32LE(160), 2048);
  const totalBytes = u64le(block, 112);
  const superblock = {
    uuid: uuidOrNull(block.subarray(32, 48)),
    label: (block.toString("utf8", 299, 555).split("\0")[0] ?? "") || null,
    metadataUuid,
    totalBytes,
    devices: u64le(block, 136),
    deviceId: u64le(block, 201),
    sectorBytes: block.readUInt32LE(144),
    nodeBytes: block.readUInt32LE(148),
    checksumType: block.readUInt16LE(196),
    rootTree: { logical: u64le(block, 80), level: block.readUInt8(198), generation: u64le(block, 72) },
    chunkTree: { logical: u64le(block, 88), level: block.readUInt8(199), generation: u64le(block, 164) },
    rootDirectoryId: u64le(block, 128),
    systemChunks: Buffer.from(block.subarray(811, 811 + systemBytes)),
  };
  const state = stateNotes(block, totalBytes > device.sizeBytes);
  return {
    ...superblock,
    notes: [...notes, ...state],
    isSound: true,
    unreadable: obstacle(superblock, incompat),
  };
}

/** For what a damaged tree makes impossible. */
export const damagedTree = (detail: string): Error =>
  unreadable(`The btrfs filesystem is damaged: ${detail}`, "Check it with btrfs check, then try again.");

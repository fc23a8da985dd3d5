import { u64le } from "#core/image/source/binary.ts";
import { checksumName } from "./checksum.ts";

/** Flags of the superblock: include/uapi/linux/btrfs.h and btrfs_tree.h of the Linux kernel. */
const incompatBits: readonly { bit: number; name: string; readable: boolean }[] = [
  { bit: 0, name: "mixed_backref", readable: true },
  { bit: 1, name: "default_subvol", readable: true },
  { bit: 2, name: "mixed_groups", readable: true },
  { bit: 3, name: "compress_lzo", readable: true },
  { bit: 4, name: "compress_zstd", readable: true },
  { bit: 5, name: "big_metadata", readable: true },
  { bit: 6, name: "extended_iref", readable: true },
  { bit: 7, name: "raid56", readable: false },
  { bit: 8, name: "skinny_metadata", readable: true },
  { bit: 9, name: "no_holes", readable: true },
  { bit: 10, name: "metadata_uuid", readable: true },
  { bit: 11, name: "raid1c34", readable: true },
  { bit: 12, name: "zoned", readable: false },
  { bit: 13, name: "extent_tree_v2", readable: false },
  { bit: 14, name: "raid_stripe_tree", readable: false },
  { bit: 16, name: "simple_quota", readable: true },
];

interface Geometry {
  readonly devices: number;
  readonly sectorBytes: number;
  readonly nodeBytes: number;
  readonly checksumType: number;
  readonly rootTree: { readonly level: number };
  readonly chunkTree: { readonly level: number };
}

/** A B-tree of btrfs has eight levels at most (BTRFS_MAX_LEVEL). */
export const maxLevel = 7;

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** Why a filesystem cannot be read here; null when it can. */
export function obstacle(superblock: Geometry, incompat: number): string | null {
  if (checksumName(superblock.checksumType) === null)
    return `It uses a checksum that is not known here (${superblock.checksumType})`;
  let rest = incompat;
  for (const { bit, name, readable } of incompatBits) {
    if (Math.floor(incompat / 2 ** bit) % 2 === 0) continue;
    if (!readable) return `It uses ${name}, which is not read here`;
    rest -= 2 ** bit;
  }
  if (rest !== 0) return `It uses btrfs features that are not known here (0x${rest.toString(16)})`;
  const { devices, sectorBytes, nodeBytes } = superblock;
  const sound =
    isPowerOfTwo(sectorBytes) &&
    sectorBytes >= 512 &&
    sectorBytes <= 65536 &&
    isPowerOfTwo(nodeBytes) &&
    nodeBytes >= Math.max(4096, sectorBytes) &&
    nodeBytes <= 65536 &&
    superblock.rootTree.level <= maxLevel &&
    superblock.chunkTree.level <= maxLevel;
  if (!sound || devices < 1) return "Its superblock is damaged";
  if (devices > 1) return `It spans ${devices} disks, and the others are needed to read it`;
  return null;
}

const has = (flags: number, bit: number): boolean => Math.floor(flags / 2 ** bit) % 2 === 1;

/** What a user should know, from the flags of a superblock. */
export function stateNotes(block: Buffer, isLargerThanDevice: boolean): string[] {
  const notes: string[] = [];
  const flags = u64le(block, 56);
  if (u64le(block, 96) !== 0) {
    notes.push(
      "The btrfs filesystem was not unmounted cleanly; the newest changes are in its log only and are not seen here.",
    );
  }
  if (isLargerThanDevice) notes.push("The btrfs filesystem is larger than the space it lies in.");
  if (has(flags, 32))
    notes.push("The btrfs filesystem is a seed: it is read-only until a disk is added to it.");
  if (has(flags, 33) || has(flags, 34))
    notes.push("The btrfs filesystem was restored by btrfs-image: it has names, but no contents of files.");
  if (has(flags, 35) || has(flags, 36))
    notes.push("A change of the btrfs filesystem's UUID was never finished.");
  if (checksumName(block.readUInt16LE(196)) === "blake2b")
    notes.push("The checksums of the btrfs filesystem (BLAKE2b) are not checked here.");
  return notes;
}

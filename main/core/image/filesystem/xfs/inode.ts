import type { FileNode, NodeKind } from "#core/image/filesystem/filesystem.ts";
import { u64be } from "#core/image/source/binary.ts";
import { checksumOf } from "./superblock.ts";
import { damaged, type XfsVolume } from "./volume.ts";

/** xfs_format.h: struct xfs_dinode. */
const coreBytes = { version2: 100, version3: 176 } as const;
export const inodeCrcAt = 100;
const realtimeFlag = 0x1;
const largeCountsFlag = 0x10;

export type ForkFormat = "local" | "extents" | "btree" | "none";

/** Data or attributes of an inode: the bytes themselves, a list of extents, or the root of a tree of them. */
export interface Fork {
  readonly format: ForkFormat;
  readonly bytes: Buffer;
  /** Of a list: its length. */
  readonly extents: number;
}

export interface XfsInode extends FileNode {
  readonly number: number;
  readonly data: Fork;
  readonly attributes: Fork | null;
  readonly onRealtimeDevice: boolean;
}

const kinds: Readonly<Record<number, NodeKind>> = { 0x4: "directory", 0x8: "file", 0xa: "symlink" };
const formats: Readonly<Record<number, ForkFormat>> = { 1: "local", 2: "extents", 3: "btree" };

/** An inode number is its address: group, block in the group, index in the block. */
export async function readInode(volume: XfsVolume, number: number): Promise<XfsInode> {
  const { blockBytes, inodeBytes, inodesPerBlockBits, groups, groupBlocks, groupBlockBits } =
    volume.superblock;
  const block = Math.floor(number / 2 ** inodesPerBlockBits);
  const group = Math.floor(block / 2 ** groupBlockBits);
  if (number < 1 || group >= groups || block % 2 ** groupBlockBits >= groupBlocks) {
    throw damaged(`it names the impossible inode ${number}`);
  }
  const at = volume.locate(block, 1) * blockBytes + (number % 2 ** inodesPerBlockBits) * inodeBytes;
  // a copy: the page that it lies in must not be held by each of its inodes
  return parseInode(volume, number, Buffer.from(await volume.device.read(at, inodeBytes)));
}

function parseInode(volume: XfsVolume, number: number, raw: Buffer): XfsInode {
  const what = `inode ${number}`;
  const version = raw.readUInt8(4);
  if (raw.readUInt16BE(0) !== 0x494e || version > 3) throw damaged(`${what} is not there`);
  if (volume.superblock.checksums) checkIdentity(volume, number, raw);
  const mode = raw.readUInt16BE(2);
  if (mode === 0) throw damaged(`a folder names ${what}, which is free`);
  const largeCounts = version === 3 && (raw.readUInt32BE(124) & largeCountsFlag) !== 0;
  const dataExtents = largeCounts ? u64be(raw, 24) : raw.readUInt32BE(76);
  const attributeExtents = largeCounts ? raw.readUInt32BE(76) : raw.readUInt16BE(80);
  const literal = raw.subarray(version === 3 ? coreBytes.version3 : coreBytes.version2);
  const forkOffset = raw.readUInt8(82) * 8;
  if (forkOffset >= literal.length) throw damaged(`${what} has no room for its attributes`);
  const sizeBytes = u64be(raw, 56);
  if (sizeBytes >= 2 ** 63) throw damaged(`${what} has an impossible size`);
  return {
    number,
    kind: kinds[mode >>> 12] ?? "other",
    sizeBytes,
    mode: mode & 0o7777,
    data: {
      format: formats[raw.readUInt8(5)] ?? "none",
      bytes: forkOffset === 0 ? literal : literal.subarray(0, forkOffset),
      extents: dataExtents,
    },
    attributes:
      forkOffset === 0
        ? null
        : {
            format: formats[raw.readUInt8(83)] ?? "none",
            bytes: literal.subarray(forkOffset),
            extents: attributeExtents,
          },
    onRealtimeDevice: (raw.readUInt16BE(90) & realtimeFlag) !== 0,
  };
}

/** Version 3 inodes, the only ones of a version 5 filesystem, know their number and their filesystem. */
function checkIdentity(volume: XfsVolume, number: number, raw: Buffer): void {
  if (raw.readUInt8(4) !== 3 || checksumOf(raw, inodeCrcAt) !== raw.readUInt32LE(inodeCrcAt)) {
    throw damaged(`the checksum of inode ${number} is wrong`);
  }
  const isOwn = raw.subarray(160, 176).equals(volume.superblock.metadataUuid);
  if (u64be(raw, 152) !== number || !isOwn) throw damaged(`inode ${number} belongs somewhere else`);
}

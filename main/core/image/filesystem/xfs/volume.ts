import { unreadable } from "#core/image/source/binary.ts";
import type { AppError } from "#core/lib/app-error.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { checksumOf, type XfsSuperblock } from "./superblock.ts";

/** Where version 5 puts checksum, own address (in sectors of 512 bytes) and UUID in the header of a block. */
export interface HeaderPlan {
  readonly crcAt: number;
  readonly addressAt: number;
  readonly uuidAt: number;
}

/** xfs_da_format.h and xfs_format.h: xfs_dir3_blk_hdr, xfs_da3_blkinfo, xfs_btree_block_lhdr, xfs_dsymlink_hdr. */
export const headers = {
  directoryData: { crcAt: 4, addressAt: 8, uuidAt: 24 },
  hashTree: { crcAt: 12, addressAt: 16, uuidAt: 32 },
  extentTree: { crcAt: 64, addressAt: 24, uuidAt: 40 },
  remote: { crcAt: 12, addressAt: 40, uuidAt: 16 },
} as const satisfies Record<string, HeaderPlan>;

/** `count` blocks of a fork from `logical` on lie at `physical`, counted in blocks from the start of the device. */
export interface BlockRun {
  readonly logical: number;
  readonly physical: number;
  readonly count: number;
}

/** A device with the geometry of its filesystem. */
export interface XfsVolume {
  readonly device: BlockDevice;
  readonly superblock: XfsSuperblock;
  /** A block number as XFS writes it (group, then block) as a block counted from the start. */
  locate(fsBlock: number, count: number): number;
  readBlocks(physical: number, count: number): Promise<Buffer>;
  /** Throws for a block of version 5 whose checksum, address or UUID is not its own; asks nothing of version 4. */
  verify(block: Buffer, physical: number, plan: HeaderPlan, what: string): void;
}

export const damaged = (what: string): AppError =>
  unreadable(
    `The XFS filesystem is damaged: ${what}`,
    "Check it with `xfs_repair -n`, or build the image again.",
  );

export function createVolume(device: BlockDevice, superblock: XfsSuperblock): XfsVolume {
  const { blockBytes, groupBlocks, groups, groupBlockBits, blocks } = superblock;
  return {
    device,
    superblock,
    locate: (fsBlock, count) => {
      const group = Math.floor(fsBlock / 2 ** groupBlockBits);
      const inside = fsBlock % 2 ** groupBlockBits;
      const physical = group * groupBlocks + inside;
      if (group >= groups || inside + count > groupBlocks || physical + count > blocks) {
        throw damaged("a file points outside of it");
      }
      return physical;
    },
    readBlocks: (physical, count) => device.read(physical * blockBytes, count * blockBytes),
    verify: (block, physical, plan, what) => {
      if (!superblock.checksums) return;
      if (checksumOf(block, plan.crcAt) !== block.readUInt32LE(plan.crcAt)) {
        throw damaged(`the checksum of ${what} is wrong`);
      }
      const address = (physical * blockBytes) / 512;
      const high = Math.floor(address / 2 ** 32);
      const inPlace =
        block.readUInt32BE(plan.addressAt) === high &&
        block.readUInt32BE(plan.addressAt + 4) === address - high * 2 ** 32;
      const uuid = block.subarray(plan.uuidAt, plan.uuidAt + 16);
      if (!inPlace || !uuid.equals(superblock.metadataUuid)) throw damaged(`${what} belongs somewhere else`);
    },
  };
}

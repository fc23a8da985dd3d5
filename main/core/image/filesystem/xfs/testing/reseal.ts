import { checksumOf, superblockCrcAt } from "#core/image/filesystem/xfs/superblock.ts";
import type { ByteRange } from "#core/image/source/block-device.ts";

/** Where the checksum lies, by the magic number a structure of version 5 begins with. */
const crcByMagic: Readonly<Record<string, number>> = {
  XDB3: 4,
  XDD3: 4,
  BMA3: 64,
  XARM: 12,
  XSLM: 12,
};
const hashTreeMagics = [0x3df1, 0x3dff, 0x3ebe, 0x3bee];

/**
 * Makes the checksums right again in what a reader read: one structure a range, as this reader reads them. Damage
 * would otherwise never get behind the checksums.
 */
export function resealXfs(image: Buffer, ranges: readonly ByteRange[]): void {
  if (image.toString("latin1", 0, 4) !== "XFSB" || (image.readUInt16BE(100) & 0xf) !== 5) return;
  for (const { offsetBytes, lengthBytes } of ranges) {
    if (offsetBytes === 0) {
      const sectorBytes = Math.min(32768, image.readUInt16BE(102));
      if (sectorBytes >= 512) seal(image.subarray(0, sectorBytes), superblockCrcAt);
      continue;
    }
    const block = image.subarray(offsetBytes, offsetBytes + lengthBytes);
    if (block.length < 128) continue;
    const crcAt =
      crcByMagic[block.toString("latin1", 0, 4)] ??
      (hashTreeMagics.includes(block.readUInt16BE(8)) ? 12 : null) ??
      (block.toString("latin1", 0, 2) === "IN" ? 100 : null);
    if (crcAt !== null) seal(block, crcAt);
  }
}

const seal = (block: Buffer, crcAt: number): void => {
  block.writeUInt32LE(checksumOf(block, crcAt), crcAt);
};

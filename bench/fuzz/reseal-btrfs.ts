import { crc32c } from "#core/image/checksum/crc32c.ts";
import type { ByteRange } from "#core/image/source/block-device.ts";

const superblockAt = 64 * 1024;
const superblockBytes = 4096;

/** Makes the CRC-32C of superblock and tree blocks right again; other checksums and data are left alone. */
export function resealBtrfs(image: Buffer, ranges: readonly ByteRange[]): void {
  const superblock = image.subarray(superblockAt, superblockAt + superblockBytes);
  if (superblock.length < superblockBytes || superblock.toString("latin1", 64, 72) !== "_BHRfS_M") return;
  const nodeBytes = superblock.readUInt32LE(148);
  const filesystemIds = [superblock.subarray(32, 48), superblock.subarray(571, 587)];
  for (const { offsetBytes, lengthBytes } of ranges) {
    const block = image.subarray(offsetBytes, offsetBytes + lengthBytes);
    const isSuperblock = offsetBytes === superblockAt && lengthBytes === superblockBytes;
    const isNode = lengthBytes === nodeBytes && filesystemIds.some((id) => id.equals(block.subarray(32, 48)));
    if (isSuperblock || isNode) block.writeUInt32LE(crc32c(block.subarray(32)), 0);
  }
}

import type { ImageHeader } from "#core/image/identified-file.ts";
import { truncated, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { ContainerFormat } from "./image-format.ts";

/** ECMA-119: volume descriptors from sector 16 on, 2048 bytes each; type 1 is the primary one. */
const firstDescriptor = 16 * 2048;

export const iso9660: ContainerFormat = {
  format: "iso9660",
  name: "ISO 9660",
  matches: ({ head }) =>
    head.toString("latin1", firstDescriptor + 1, firstDescriptor + 6) === "CD001" &&
    head[firstDescriptor] !== 255,
  readHeader,
};

async function readHeader(file: FileBytes): Promise<ImageHeader> {
  for (let sector = 0; sector < 32; sector++) {
    const descriptor = await file.read(firstDescriptor + sector * 2048, 2048);
    if (descriptor.length < 2048) throw truncated(file.path, "its volume descriptors are cut off");
    if (descriptor.toString("latin1", 1, 6) !== "CD001" || descriptor[0] === 255) break;
    if (descriptor[0] !== 1) continue;
    const blockBytes = descriptor.readUInt16LE(128);
    const volumeBytes = descriptor.readUInt32LE(80) * blockBytes;
    if (blockBytes !== 2048) throw unreadable(`${file.path} is an ISO with blocks of ${blockBytes} bytes`);
    if (volumeBytes > file.sizeBytes) {
      throw truncated(file.path, `the ISO says ${volumeBytes} bytes, the file has ${file.sizeBytes}`);
    }
    const size = { virtualBytes: file.sizeBytes, allocatedBytes: null, compressedClusters: null };
    return { ...size, variant: "ISO 9660", notes: [] };
  }
  throw unreadable(`${file.path} is an ISO without a primary volume descriptor`);
}

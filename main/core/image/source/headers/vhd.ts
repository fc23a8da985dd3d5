import type { ImageHeader } from "#core/image/identified-file.ts";
import { assertVirtualSize, refused, truncated, u64be, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { ContainerFormat } from "./image-format.ts";

/** "Virtual Hard Disk Image Format Specification", Microsoft, version 1.0: a 512-byte footer, big endian. */
const cookie = "conectix";
const diskType = { fixed: 2, dynamic: 3, differencing: 4 } as const;
const maxBatEntries = 2 ** 21;

const isFooter = (block: Buffer): boolean => block.toString("latin1", 0, 8) === cookie;

export const vhd: ContainerFormat = {
  format: "vhd",
  name: "VHD",
  matches: ({ head, tail }) => isFooter(head) || isFooter(tail),
  readHeader,
};

async function readHeader(file: FileBytes): Promise<ImageHeader> {
  const tail = await file.read(file.sizeBytes - 512, 512);
  const copy = await file.read(0, 512);
  if (!isFooter(tail)) {
    // a dynamic disk keeps a copy at the front; without the footer at the end a piece is missing
    throw truncated(file.path, "its VHD footer is missing at the end");
  }
  assertChecksum(file.path, tail, 64);
  const type = tail.readUInt32BE(60);
  const virtualBytes = u64be(tail, 48);
  assertVirtualSize(file.path, virtualBytes);
  if (type === diskType.differencing) {
    throw refused(
      `${file.path} is only a layer over another VHD file`,
      "Merge it with its parent disk first.",
    );
  }
  if (type === diskType.fixed) {
    if (virtualBytes + 512 > file.sizeBytes) throw truncated(file.path, "its data is shorter than its disk");
    const whole = { virtualBytes, allocatedBytes: virtualBytes, compressedClusters: null };
    return { ...whole, variant: "VHD, fixed", notes: [] };
  }
  if (type !== diskType.dynamic || !isFooter(copy))
    throw unreadable(`${file.path} is a VHD of unknown type ${type}`);
  return readDynamic(file, tail, virtualBytes);
}

async function readDynamic(file: FileBytes, footer: Buffer, virtualBytes: number): Promise<ImageHeader> {
  const header = await file.read(u64be(footer, 16), 1024);
  if (header.length < 1024) throw truncated(file.path, "its dynamic header lies past the end");
  if (header.toString("latin1", 0, 8) !== "cxsparse")
    throw unreadable(`${file.path} has no dynamic VHD header`);
  assertChecksum(file.path, header, 36);
  const entries = header.readUInt32BE(28);
  const blockBytes = header.readUInt32BE(32);
  if (blockBytes < 512 || blockBytes > 256 * 1024 ** 2 || (blockBytes & (blockBytes - 1)) !== 0) {
    throw unreadable(`${file.path} has an impossible VHD block size`);
  }
  if (entries > maxBatEntries) throw refused(`${file.path} has an absurd block table`);
  if (entries * blockBytes < virtualBytes)
    throw unreadable(`${file.path} has a block table too small for its disk`);
  const batOffset = u64be(header, 16);
  const bat = await file.read(batOffset, entries * 4);
  if (bat.length < entries * 4) throw truncated(file.path, "its block table lies past the end");
  const bitmapBytes = Math.ceil(blockBytes / 512 / 8 / 512) * 512;
  let blocks = 0;
  for (let at = 0; at < bat.length; at += 4) {
    const sector = bat.readUInt32BE(at);
    if (sector === 0xffff_ffff) continue;
    if (sector * 512 + bitmapBytes > file.sizeBytes) throw truncated(file.path, "data lies past its end");
    blocks++;
  }
  return {
    virtualBytes,
    allocatedBytes: blocks * blockBytes,
    compressedClusters: null,
    variant: `VHD, dynamic, ${blockBytes / 1024} KiB blocks`,
    notes: [],
  };
}

/** One's complement of the sum of all bytes but the checksum's own. */
function assertChecksum(path: string, block: Buffer, at: number): void {
  let sum = 0;
  for (let index = 0; index < block.length; index++) {
    if (index < at || index >= at + 4) sum += block[index] ?? 0;
  }
  if (~sum >>> 0 !== block.readUInt32BE(at))
    throw unreadable(`${path} has a VHD header with a wrong checksum`);
}

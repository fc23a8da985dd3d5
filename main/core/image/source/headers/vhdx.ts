import type { ImageHeader } from "#core/image/identified-file.ts";
import { assertVirtualSize, refused, truncated, u64le, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { ContainerFormat } from "./image-format.ts";

/** [MS-VHDX]. GUIDs as they lie in the file, in hexadecimal. */
const KiB = 1024;
const MiB = 1024 * KiB;
const guid = {
  bat: "6677c22d23f600429d64115e9bfd4a08",
  metadata: "06a27c8b90479a4bb8fe575f050f886e",
  fileParameters: "3767a1ca36fa434db3b633f0aa44e76b",
  virtualDiskSize: "2442a52f1bcd7648b2115dbed83bf4b8",
  parentLocator: "2d5fd3a80bb34d45abf7d3d84834ab0c",
} as const;
const maxBatBytes = 64 * MiB;

export const vhdx: ContainerFormat = {
  format: "vhdx",
  name: "VHDX",
  matches: ({ head }) => head.toString("latin1", 0, 8) === "vhdxfile",
  readHeader,
};

async function readHeader(file: FileBytes): Promise<ImageHeader> {
  const area = await file.read(0, MiB);
  if (area.length < MiB) throw truncated(file.path, "its VHDX header area is cut off");
  const header = currentHeader(file.path, area);
  if (header.subarray(48, 64).some((byte) => byte !== 0)) {
    throw unreadable(
      `${file.path} was not closed cleanly: its VHDX log must be replayed first`,
      "Open and shut it once with the program it comes from, or repair a copy with `qemu-img check -r all`.",
    );
  }
  const regions = readEntries(area.subarray(192 * KiB, 256 * KiB), "regi", 16, 2047, (entry) => ({
    offset: u64le(entry, 16),
    length: entry.readUInt32LE(24),
  }));
  const metadata = regions.get(guid.metadata);
  const bat = regions.get(guid.bat);
  if (metadata === undefined || bat === undefined) throw unreadable(`${file.path} lacks a VHDX region`);
  for (const region of [metadata, bat]) {
    if (region.offset + region.length > file.sizeBytes)
      throw truncated(file.path, "a region lies past its end");
  }
  if (metadata.length > 16 * MiB || bat.length > maxBatBytes)
    throw refused(`${file.path} has an absurd VHDX table`);

  const table = await file.read(metadata.offset, metadata.length);
  const items = readEntries(table.subarray(0, 64 * KiB), "metadata", 32, 2047, (entry) => ({
    offset: entry.readUInt32LE(16),
    length: entry.readUInt32LE(20),
  }));
  const item = (id: string, bytes: number): Buffer => {
    const found = items.get(id);
    if (found === undefined || found.offset + bytes > table.length)
      throw unreadable(`${file.path} lacks VHDX metadata`);
    return table.subarray(found.offset, found.offset + bytes);
  };
  const parameters = item(guid.fileParameters, 8);
  const blockBytes = parameters.readUInt32LE(0);
  if ((parameters.readUInt32LE(4) & 2) !== 0 || items.has(guid.parentLocator)) {
    throw refused(
      `${file.path} is only a layer over another VHDX file`,
      "Merge it with its parent disk first.",
    );
  }
  if (blockBytes < MiB || blockBytes > 256 * MiB || (blockBytes & (blockBytes - 1)) !== 0) {
    throw unreadable(`${file.path} has an impossible VHDX block size`);
  }
  const virtualBytes = u64le(item(guid.virtualDiskSize, 8), 0);
  assertVirtualSize(file.path, virtualBytes);
  const allocatedBytes = await scanBlocks(file, bat, blockBytes, virtualBytes);
  return {
    virtualBytes,
    allocatedBytes,
    compressedClusters: null,
    variant: `VHDX, ${blockBytes / MiB} MiB blocks`,
    notes: [],
  };
}

/** Of the two headers at 64 and 128 KiB the valid one with the higher sequence number counts. */
function currentHeader(path: string, area: Buffer): Buffer {
  const headers = [64 * KiB, 128 * KiB]
    .map((at) => area.subarray(at, at + 4 * KiB))
    .filter((header) => header.toString("latin1", 0, 4) === "head");
  const [first, second] = headers;
  if (first === undefined) throw unreadable(`${path} has no valid VHDX header`);
  if (second === undefined) return first;
  return second.readBigUInt64LE(8) > first.readBigUInt64LE(8) ? second : first;
}

/** Region and metadata tables: signature, count, then 32-byte entries that begin with a GUID. */
function readEntries<T>(
  table: Buffer,
  signature: string,
  firstEntry: number,
  maxEntries: number,
  parse: (entry: Buffer) => T,
): Map<string, T> {
  const found = new Map<string, T>();
  if (!table.toString("latin1", 0, 8).startsWith(signature)) return found;
  const count = signature === "regi" ? table.readUInt32LE(8) : table.readUInt16LE(10);
  for (let index = 0; index < Math.min(count, maxEntries); index++) {
    const at = firstEntry + index * 32;
    if (at + 32 > table.length) break;
    const entry = table.subarray(at, at + 32);
    found.set(entry.toString("hex", 0, 16), parse(entry));
  }
  return found;
}

/** Payload states 6 and 7 carry data; bits 20-63 of an entry are its offset in MiB. */
async function scanBlocks(
  file: FileBytes,
  bat: { offset: number; length: number },
  blockBytes: number,
  virtualBytes: number,
): Promise<number> {
  const table = await file.read(bat.offset, bat.length);
  const blocks = Math.ceil(virtualBytes / blockBytes);
  // one bitmap entry follows every `chunkRatio` payload entries: 2^23 sectors of 512 bytes a chunk
  const chunkRatio = Math.max(1, Math.floor((2 ** 23 * 512) / blockBytes));
  let allocatedBytes = 0;
  for (let block = 0; block < blocks; block++) {
    const at = (block + Math.floor(block / chunkRatio)) * 8;
    if (at + 8 > table.length) throw unreadable(`${file.path} has a block table too small for its disk`);
    const low = table.readUInt32LE(at);
    if ((low & 7) < 6) continue;
    const offset = (table.readUInt32LE(at + 4) * 4096 + (low >>> 20)) * MiB;
    const needed = Math.min(blockBytes, virtualBytes - block * blockBytes);
    if (offset + needed > file.sizeBytes) throw truncated(file.path, "data lies past its end");
    allocatedBytes += blockBytes;
  }
  return allocatedBytes;
}

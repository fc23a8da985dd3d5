import { promisify } from "node:util";
import { inflateRaw, zstdDecompress } from "node:zlib";
import { unreadable } from "#core/image/source/binary.ts";

const inflate = promisify(inflateRaw);
const unzstd = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress);

/** Unpacks one cluster in the thread pool. What lies behind it in its last sector belongs to the next one. */
export async function unpackCluster(
  packed: Buffer,
  compression: "zlib" | "zstd",
  clusterBytes: number,
): Promise<Buffer> {
  const limits = { maxOutputLength: clusterBytes };
  let cluster: Buffer;
  try {
    cluster =
      compression === "zlib"
        ? await inflate(packed, limits)
        : await unzstd(packed.subarray(0, zstdFrameBytes(packed)), limits);
  } catch {
    throw unreadable("The image has a damaged compressed cluster", "Check it with `qemu-img check`.");
  }
  if (cluster.length !== clusterBytes)
    throw unreadable("The image has a compressed cluster of a wrong length");
  return cluster;
}

/** Length of the frame at the beginning: RFC 8878, 3.1.1. The library refuses what follows it. */
function zstdFrameBytes(packed: Buffer): number {
  const descriptor = packed.readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  let at = 5 + (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let isLast = false; !isLast;) {
    const header = packed.readUIntLE(at, 3);
    isLast = (header & 1) === 1;
    at += 3 + (((header >>> 1) & 3) === 1 ? 1 : header >>> 3);
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4);
}

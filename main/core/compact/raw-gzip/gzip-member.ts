import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";
import { combineCrc32, crc32Shift } from "./combine-crc32.ts";
import { chunkBytes, type DiskChunk } from "./disk-chunks.ts";

const pack = promisify(deflateRaw);
/** As gzip itself: a better one takes three times as long for a hundredth. */
const level = 6;
/** How far back DEFLATE may refer. */
const windowBytes = 32 * 1024;
/** Node's thread pool has four threads; one chunk more waits for each pair of them. */
const mostUnderWay = 6;

/** RFC 1952: magic, DEFLATE, no flags, no time (the same disk makes the same file), unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty last block of fixed codes. */
const lastBlock = Buffer.from([3, 0]);

/**
 * The disk as one gzip member, piece by piece. Chunks are packed at the same time in Node's thread pool, each with the
 * end of the one before as its dictionary, and end at a whole byte without ending the stream: one member, because not
 * every reader goes on after the first.
 */
export async function* gzipMember(chunks: AsyncIterable<DiskChunk>): AsyncGenerator<Buffer> {
  const underWay: Promise<Buffer>[] = [];
  const empty = emptyChunks();
  let crc = 0;
  let totalBytes = 0;
  let before: Buffer | null = null;
  yield header;
  try {
    for await (const { bytes, lengthBytes } of chunks) {
      totalBytes += lengthBytes;
      const packed = bytes === null ? empty.packed(lengthBytes) : packChunk(bytes, before);
      packed.catch(() => {}); // told when its turn comes
      underWay.push(packed);
      crc = bytes === null ? empty.append(crc, lengthBytes) : crc32(bytes, crc);
      before = bytes?.subarray(-windowBytes) ?? null;
      const first = underWay.length > mostUnderWay ? underWay.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (const packed of underWay) yield await packed;
  } finally {
    await Promise.allSettled(underWay);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(totalBytes % 2 ** 32, 4);
  yield Buffer.concat([lastBlock, trailer]);
}

const packChunk = (bytes: Buffer, before: Buffer | null): Promise<Buffer> =>
  pack(bytes, {
    level,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(before === null ? {} : { dictionary: before }),
  });

/** Zeros are packed and summed up once for each length: the whole one and the last. */
function emptyChunks() {
  const known = new Map<number, { packed: Promise<Buffer>; crc: number; shift: number }>();
  const of = (lengthBytes: number) => {
    const found = known.get(lengthBytes);
    if (found !== undefined) return found;
    const zeros = Buffer.alloc(lengthBytes);
    const made = { packed: packChunk(zeros, null), crc: crc32(zeros), shift: crc32Shift(lengthBytes) };
    known.set(lengthBytes, made);
    return made;
  };
  of(chunkBytes);
  return {
    packed: (lengthBytes: number): Promise<Buffer> => of(lengthBytes).packed,
    append: (crc: number, lengthBytes: number): number => {
      const { crc: own, shift } = of(lengthBytes);
      return combineCrc32(crc, own, shift);
    },
  };
}

import { Readable, type Duplex } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { AppError } from "#core/lib/app-error.ts";
import { ByteInput, damaged, endsEarly } from "./byte-input.ts";
import type { Decompressor } from "./decompressor.ts";
import { nextZstdFrame, zstdFrameBytes } from "./zstd-frames.ts";

/** Pieces of this size keep the number of trips through the thread pool low. */
const chunkSize = 256 * 1024;

/** Any number of members, RFC 1952. Zeros or other data after the last one are ignored, as gzip does. */
export const unpackGzip: Decompressor = (pieces) => throughStream(createGunzip({ chunkSize }), pieces);

/**
 * Any number of frames, RFC 8878. Node's stream mixes frames up and does not tell a cut file from a whole one, so
 * each frame goes through a stream of its own.
 */
export const unpackZstd: Decompressor = async function* (pieces) {
  const input = new ByteInput(pieces);
  try {
    for (;;) {
      const frame = await nextZstdFrame(input);
      if (frame === null) return;
      yield* throughStream(createZstdDecompress({ chunkSize }), zstdFrameBytes(input, frame));
    }
  } finally {
    await input.close();
  }
};

async function* throughStream(
  stream: Duplex,
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const source = Readable.from(pieces, { objectMode: false, highWaterMark: 1 });
  source.on("error", (error) => stream.destroy(error));
  source.pipe(stream);
  try {
    for await (const piece of stream) if (Buffer.isBuffer(piece)) yield piece;
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "Z_BUF_ERROR") throw endsEarly();
    if (/^(?:Z_|ZSTD_)/.test(code)) throw damaged(code);
    throw error;
  } finally {
    source.destroy();
    stream.destroy();
  }
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { AppError } from "#core/lib/app-error.ts";
import { isZero, type DiskChunk } from "./disk-chunks.ts";

const pieceBytes = 256 * 1024;

/**
 * Reads a gzip back and compares what is in it with a disk, byte by byte. Answers the hex SHA-256 of the packed file.
 * Throws `verify-failed` when anything differs.
 */
export async function compareUnpacked(
  path: string,
  disk: AsyncIterable<DiskChunk>,
  options: { signal: AbortSignal; onProgress: (doneBytes: number) => void },
): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: pieceBytes }),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          yield piece;
        }
      },
      createGunzip({ chunkSize: pieceBytes }),
      (unpacked: AsyncIterable<Buffer>) => compare(unpacked, disk, options.onProgress),
      { signal: options.signal },
    );
  } catch (error) {
    if (error instanceof AppError || options.signal.aborted) throw AppError.from(error);
    throw differs(error);
  }
  return hash.digest("hex");
}

async function compare(
  unpacked: AsyncIterable<Buffer>,
  disk: AsyncIterable<DiskChunk>,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  const pieces = unpacked[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  for await (const { offsetBytes, lengthBytes, bytes } of disk) {
    for (let at = 0; at < lengthBytes;) {
      if (rest.length === 0) {
        const next = await pieces.next();
        if (next.done === true) throw differs();
        rest = next.value;
        continue;
      }
      const part = rest.subarray(0, lengthBytes - at);
      const same = bytes === null ? isZero(part) : part.equals(bytes.subarray(at, at + part.length));
      if (!same) throw differs();
      at += part.length;
      rest = rest.subarray(part.length);
    }
    onProgress(offsetBytes + lengthBytes);
  }
  if (rest.length > 0 || (await pieces.next()).done !== true) throw differs();
}

const differs = (cause?: unknown): AppError =>
  new AppError("verify-failed", "The packed disk differs from its source", {
    hint: "The source changed meanwhile, or the disk is failing. Nothing was kept; try again.",
    retry: "now",
    cause,
  });

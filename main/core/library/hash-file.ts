import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";

/** Hex SHA-256 of a file. */
export async function hashFile(
  path: string,
  signal: AbortSignal,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<string> {
  try {
    const { size } = await stat(path);
    const hash = createHash("sha256");
    let doneBytes = 0;
    for await (const piece of createReadStream(path, {
      highWaterMark: 1024 * 1024,
      signal,
    }) as AsyncIterable<Buffer>) {
      hash.update(piece);
      doneBytes += piece.length;
      onProgress(Math.min(doneBytes, size), size);
    }
    return hash.digest("hex");
  } catch (error) {
    throw AppError.from(error);
  }
}

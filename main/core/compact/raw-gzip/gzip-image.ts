import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { IdentifiedFile } from "#core/image/identified-file.ts";
import type { OpenBlockDevice } from "#core/image/source/block-device.ts";
import { openSource } from "#core/image/source/open-source.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { makeProved } from "../make-proved.ts";
import { compareUnpacked } from "./compare-unpacked.ts";
import { diskChunks, type DiskChunk } from "./disk-chunks.ts";
import { gzipMember } from "./gzip-member.ts";

/** What packing takes of the whole time, the rest being the comparison (measured: 3 to 1 on a full disk). */
const packShare = 0.75;
/** For a source that QEMU reads; 400 GB, the most that any provider takes, take less on a slow disk. */
const timeoutMs = 24 * 3_600_000;

/**
 * Writes a disk as a raw image in gzip to `targetPath`, which appears only when it is proved: it is read back and
 * compared with the source byte by byte. Holes are neither read nor packed. Answers size and hex SHA-256 of the file.
 * Throws what `makeProved` and `openSource` throw, `verify-failed`, `cancelled`.
 */
export async function gzipImage(
  source: IdentifiedFile,
  targetPath: string,
  deps: { ports: Pick<Ports, "processes" | "directories"> },
  options: { signal: AbortSignal; onProgress: (doneBytes: number, totalBytes: number) => void },
): Promise<{ fileBytes: number; sha256: string }> {
  const { signal, onProgress } = options;
  const totalBytes = source.virtualBytes;
  const report = (from: number, to: number) => (doneBytes: number) =>
    onProgress(Math.round(from * totalBytes + (to - from) * doneBytes), totalBytes);
  let sha256 = "";
  const fileBytes = await makeProved([source.path], targetPath, async (path) => {
    await using device = await openSource(source, deps.ports, { signal, timeoutMs });
    sha256 = await write(path, device, { signal, onProgress: report(0, packShare) });
    const readBack = { signal, onProgress: report(packShare, 1) };
    if ((await compareUnpacked(path, diskChunks(device, signal), readBack)) !== sha256) {
      throw new AppError("verify-failed", `${path} does not hold what was written to it`, { retry: "now" });
    }
    await device.assertUnchanged?.();
  });
  return { fileBytes, sha256 };
}

/** Answers the hex SHA-256 of what it wrote. */
async function write(
  path: string,
  device: OpenBlockDevice,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (doneBytes: number) => void },
): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path, "wx", 0o600);
  for await (const piece of gzipMember(watched(diskChunks(device, signal), onProgress))) {
    hash.update(piece);
    for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
  }
  return hash.digest("hex");
}

async function* watched(
  chunks: AsyncIterable<DiskChunk>,
  onProgress: (doneBytes: number) => void,
): AsyncGenerator<DiskChunk> {
  for await (const chunk of chunks) {
    yield chunk;
    onProgress(chunk.offsetBytes + chunk.lengthBytes);
  }
}

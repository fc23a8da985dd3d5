import { createHash } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";
import type { StagingUpload } from "../staging-store.ts";
import { pieceBytes, type TransferGate } from "../transfer-gate.ts";
import { FileReader } from "../upload/file-reader.ts";
import { UploadProgress } from "../upload/send-body.ts";
import { isSame, sameBeginning, sha256Of } from "./compare-content.ts";
import type { FileArea } from "./file-area.ts";
import { newUploadId, ownUploadId, parentsOf, partKey } from "./part-key.ts";

/** Read and hashed at once. */
const blockBytes = 1024 * 1024;

interface Run {
  readonly area: FileArea;
  readonly args: StagingUpload;
  readonly gate: TransferGate;
}

/**
 * Puts a file under its key: into an unfinished file beside it, proved there, then renamed, so that nobody ever
 * reads a file that is not whole. Goes on where an earlier attempt stopped. Answers the file's SHA-256.
 */
export async function putFile(area: FileArea, args: StagingUpload, gate: TransferGate): Promise<string> {
  const run: Run = { area, args, gate };
  // Opened before anything else, so that a change from here on is noticed.
  await using file = await FileReader.open(args.path, args.sizeBytes);
  const known = ownUploadId(args.resume);
  if (known !== null) {
    const unfinished = await area.stat(partKey(args.key, known));
    if (unfinished?.kind === "file" && unfinished.sizeBytes <= args.sizeBytes) {
      const sha256 = await send(run, file, { uploadId: known, fromByte: unfinished.sizeBytes });
      if (sha256 !== null) return sha256;
      await using again = await FileReader.open(args.path, args.sizeBytes);
      return await sendAll(run, again, known);
    }
    if (unfinished !== null) return await sendAll(run, file, known);
    const sha256 = await alreadyThere(run);
    if (sha256 !== null) return sha256;
  }
  const uploadId = newUploadId();
  await args.onUploadId(uploadId);
  return await sendAll(run, file, uploadId);
}

/** From the first byte on. */
async function sendAll(run: Run, file: FileReader, uploadId: string): Promise<string> {
  const sha256 = await send(run, file, { uploadId, fromByte: 0 });
  if (sha256 !== null) return sha256;
  const { area, args } = run;
  throw new AppError("staging-failed", `${area.root} does not hold the bytes of ${args.key} that were sent`, {
    hint: "Its disk or its server may be damaged. Retry; if it happens again, stage somewhere else.",
    retry: "now",
  });
}

/** null: what is there is not what was or should have been sent; nothing of it is under the key. */
async function send(
  { area, args, gate }: Run,
  file: FileReader,
  { uploadId, fromByte }: { uploadId: string; fromByte: number },
): Promise<string | null> {
  const part = partKey(args.key, uploadId);
  const progress = new UploadProgress(args.sizeBytes, args.onProgress);
  if (fromByte > 0) {
    const prefix = createHash("sha256");
    for await (const bytes of blocks(file, 0, fromByte, args.signal)) prefix.update(bytes);
    const local = { path: args.path, byteCount: fromByte, sha256: prefix.digest("hex") };
    if (!(await sameBeginning(area, part, local))) return null;
    progress.add(fromByte);
  }
  await assertRoom(area, args.sizeBytes - fromByte);
  for (const folder of parentsOf(args.key)) await area.makeFolder(folder);
  const writer = await area.openPart(part, { fromByte, onTaken: (byteCount) => progress.add(byteCount) });
  try {
    let startByte = fromByte;
    for await (const bytes of blocks(file, fromByte, args.sizeBytes, args.signal)) {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes);
        await gate.pass(piece.length, args.signal);
        await writer.write(piece, startByte + at);
      }
      startByte += bytes.length;
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
  const sha256 = await file.finish();
  if (!(await isSame(area, part, { sizeBytes: args.sizeBytes, sha256 }))) {
    await area.removeFile(part);
    return null;
  }
  await area.rename(part, args.key);
  const placed = await area.stat(args.key);
  return placed?.sizeBytes === args.sizeBytes ? sha256 : null;
}

/**
 * An earlier attempt may have been killed right after it renamed: then the file is there, and equal. Answers its
 * SHA-256, or null when it must be sent.
 */
async function alreadyThere({ area, args }: Run): Promise<string | null> {
  const there = await area.stat(args.key);
  if (there?.kind !== "file" || there.sizeBytes !== args.sizeBytes) return null;
  await using file = await FileReader.open(args.path, args.sizeBytes);
  let readBytes = 0;
  for await (const bytes of blocks(file, 0, args.sizeBytes, args.signal)) readBytes += bytes.length;
  const sha256 = await file.finish();
  if ((await sha256Of(area, args.key, args.sizeBytes)) !== sha256) return null;
  new UploadProgress(args.sizeBytes, args.onProgress).add(readBytes);
  return sha256;
}

/** One after the other, each in the same buffer. */
async function* blocks(
  file: FileReader,
  startByte: number,
  endByte: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(blockBytes, endByte - startByte));
  for (let at = startByte; at < endByte; at += blockBytes) {
    signal.throwIfAborted();
    yield await file.readBytes({ startByte: at, sizeBytes: Math.min(blockBytes, endByte - at) }, buffer);
  }
}

/** Better than to learn it after hours. */
async function assertRoom(area: FileArea, sizeBytes: number): Promise<void> {
  const freeBytes = await area.freeBytes();
  if (freeBytes === null || freeBytes >= sizeBytes) return;
  throw new AppError("disk-full", `${area.root} has room for ${freeBytes} bytes, ${sizeBytes} are needed`, {
    hint: "Free some space there, then retry: what has arrived is kept.",
    retry: "later",
    details: { freeBytes, neededBytes: sizeBytes },
  });
}

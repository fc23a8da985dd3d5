import type { StagingUpload } from "../staging-store.ts";
import { FileReader, type ReadPart } from "./file-reader.ts";
import { parallelParts, type Part } from "./plan-parts.ts";
import { UploadProgress } from "./send-body.ts";

/** Parts that the store has from an earlier attempt, by number. `md5`: hex. */
export type KnownParts = ReadonlyMap<number, { md5: string; etag: string; sizeBytes: number }>;

export interface PartsRun {
  readonly args: StagingUpload;
  readonly file: FileReader;
  readonly parts: readonly Part[];
  readonly known: KnownParts;
  /** Parts that travel at once, as long as their buffers do not fill the memory. */
  readonly parallel: number;
  /** Sends one part and proves that it arrived; answers its ETag. */
  readonly send: (part: ReadPart, progress: UploadProgress, signal: AbortSignal) => Promise<string>;
}

export interface SentParts {
  readonly etags: ReadonlyMap<number, string>;
  readonly md5s: readonly Buffer[];
  /** Hex, of the whole file. */
  readonly sha256: string;
}

/** Reads a file once and sends what the store does not have yet, several parts at a time. */
export async function sendParts(run: PartsRun): Promise<SentParts> {
  const { args, file, parts } = run;
  const progress = new UploadProgress(args.sizeBytes, args.onProgress);
  // The first failure stops the other parts at once: their bytes would be sent in vain.
  const stop = new AbortController();
  const signal = AbortSignal.any([args.signal, stop.signal]);
  const failures: unknown[] = [];
  const inFlight = new Set<Promise<void>>();
  const partBytes = parts[0]?.sizeBytes ?? 0;
  const parallel = parallelParts(partBytes, run.parallel);
  // Used again and again: a new buffer a part costs more in garbage collection than hashing it.
  const buffers: Buffer[] = [];
  const etags = new Map<number, string>();
  const md5s: Buffer[] = [];
  try {
    for (const part of parts) {
      if (signal.aborted) break;
      // Read and hashed before a connection is free for it, so that none waits for that.
      const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(partBytes);
      const read = await file.read(part, buffer);
      md5s.push(read.md5);
      const there = run.known.get(part.number);
      if (there?.md5 === read.md5.toString("hex") && there.sizeBytes === part.sizeBytes) {
        etags.set(part.number, there.etag);
        progress.add(part.sizeBytes);
        buffers.push(buffer);
        continue;
      }
      while (inFlight.size >= parallel) await Promise.race(inFlight);
      if (signal.aborted) break;
      const task: Promise<void> = run
        .send(read, progress, signal)
        .then((etag) => {
          etags.set(part.number, etag);
          buffers.push(buffer);
        })
        .catch((error: unknown) => {
          failures.push(error);
          stop.abort();
        })
        .finally(() => inFlight.delete(task));
      inFlight.add(task);
    }
    await Promise.all(inFlight);
  } catch (error) {
    stop.abort();
    await Promise.all(inFlight);
    throw error;
  }
  args.signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return { etags, md5s, sha256: await file.finish() };
}

/** Reads a file as if it were sent: for an object that may be in the store already. */
export async function hashParts(
  args: StagingUpload,
  parts: readonly Part[],
): Promise<{ md5s: readonly Buffer[]; sha256: string }> {
  await using file = await FileReader.open(args.path, args.sizeBytes);
  const progress = new UploadProgress(args.sizeBytes, args.onProgress);
  const md5s: Buffer[] = [];
  const buffer = Buffer.allocUnsafeSlow(parts[0]?.sizeBytes ?? 0);
  for (const part of parts) {
    args.signal.throwIfAborted();
    const { md5, sizeBytes } = await file.read(part, buffer);
    md5s.push(md5);
    progress.add(sizeBytes);
  }
  return { md5s, sha256: await file.finish() };
}

import { watch } from "node:fs";
import { open, stat } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";

/** One read; also the most that is in memory for one reader. */
const pieceBytes = 64 * 1024;
/**
 * A serial port writes byte by byte, and a watcher that hears each of them costs more than all the rest. So the
 * first byte after a silence is read at once, and while output flows it is fetched at this pace without a watcher.
 */
const gatherMs = 16;
/** Some file systems (network, FUSE) tell a watcher nothing. */
const pollMs = 1_000;

/**
 * The file's bytes from `fromByte` on, then what is appended, until the signal aborts (ends normally) or the
 * consumer stops. Nothing is read ahead of the consumer, so its pace is the flow control.
 */
export async function* readTranscript(
  path: string,
  fromByte: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let offset = fromByte;
  while (!signal.aborted) {
    const before = offset;
    for await (const piece of readToEnd(path, offset)) {
      offset += piece.length;
      yield piece;
      if (signal.aborted) return;
    }
    if (offset > before) await new Promise((resolve) => setTimeout(resolve, gatherMs));
    else await growth(path, offset, signal);
  }
}

/** 0 while there is no transcript. */
export async function transcriptSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code === "not-found") return 0;
    throw wrapped;
  }
}

async function* readToEnd(path: string, fromByte: number): AsyncGenerator<Uint8Array> {
  if ((await transcriptSize(path)) <= fromByte) return;
  const file = await open(path, "r");
  try {
    for (let offset = fromByte; ;) {
      const buffer = new Uint8Array(pieceBytes);
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Resolves when the file may be longer than `offset`, or the signal aborts. */
async function growth(path: string, offset: number, signal: AbortSignal): Promise<void> {
  const news = Promise.withResolvers<void>();
  const tell = (): void => news.resolve();
  let watcher: ReturnType<typeof watch> | null = null;
  try {
    watcher = watch(path, { persistent: false }, tell);
    watcher.on("error", tell);
  } catch {
    // no file yet, or no watchers left on this system: the poll goes on
  }
  signal.addEventListener("abort", tell);
  const timer = setTimeout(tell, pollMs);
  try {
    // What was written before the watcher listened is no news to it.
    if ((await transcriptSize(path)) <= offset && !signal.aborted) await news.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", tell);
    watcher?.close();
  }
}

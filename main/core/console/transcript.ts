import { watch } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import { aheadBytes, Gathering } from "./gather.ts";

/** One read; also the most that is in memory for one reader. */
const pieceBytes = 64 * 1024;
/** Some file systems (network, FUSE) tell a watcher nothing. */
const pollMs = 1_000;

/**
 * The file's bytes from `fromByte` on, then what is appended, until the signal aborts (ends normally) or the
 * consumer stops. Nothing is read ahead of the consumer, so its pace is the flow control.
 *
 * A serial port writes byte by byte, and a watcher that hears each of them costs more than all the rest. So the
 * first byte after a silence is read at once, and while output flows it gathers between fetches without a watcher.
 */
export async function* readTranscript(
  path: string,
  fromByte: number,
  signal: AbortSignal,
  gathering = new Gathering(),
): AsyncGenerator<Uint8Array> {
  let offset = fromByte;
  while (!signal.aborted) {
    if ((await transcriptSize(path)) > offset)
      for await (const piece of readWhileItFlows(path, offset, signal, gathering)) {
        offset += piece.length;
        yield piece;
      }
    if (!signal.aborted) await growth(path, offset, signal);
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

/** Ends with the first time to gather that brought nothing. */
async function* readWhileItFlows(
  path: string,
  fromByte: number,
  signal: AbortSignal,
  gathering: Gathering,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    let [offset, ahead, fetchedMs] = [fromByte, 0, performance.now()];
    for (;;) {
      const before = offset;
      for await (const piece of readToEnd(file, offset)) {
        offset += piece.length;
        yield piece;
        if (signal.aborted) return;
      }
      if (offset === before) return;
      const nowMs = performance.now();
      ahead = aheadBytes(ahead, offset - before, nowMs - fetchedMs);
      fetchedMs = nowMs;
      await gathering.pause(ahead, signal);
    }
  } finally {
    await file.close();
  }
}

async function* readToEnd(file: FileHandle, fromByte: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(pieceBytes);
  for (let offset = fromByte; ;) {
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, offset);
    offset += bytesRead;
    if (bytesRead > 0) yield buffer.slice(0, bytesRead);
    if (bytesRead < pieceBytes) return;
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

import { watch } from "node:fs";
import { open, stat } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";

/** One read; also the most that is in memory for one reader. */
const pieceBytes = 64 * 1024;
/** A serial port writes byte by byte: a short wait after news gathers them, unnoticed by someone who types. */
const gatherMs = 8;
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
  const growth = watchGrowth(path, signal);
  try {
    while (!signal.aborted) {
      growth.reset(); // before reading, so that what is appended meanwhile counts as news
      for await (const piece of readToEnd(path, offset)) {
        offset += piece.length;
        yield piece;
        if (signal.aborted) return;
      }
      await growth.wait();
    }
  } finally {
    growth.close();
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

interface Growth {
  reset(): void;
  wait(): Promise<void>;
  close(): void;
}

function watchGrowth(path: string, signal: AbortSignal): Growth {
  let news = Promise.withResolvers<void>();
  const tell = (): void => news.resolve();
  let watcher: ReturnType<typeof watch> | null = null;
  try {
    watcher = watch(path, { persistent: false }, tell);
    watcher.on("error", () => watcher?.close());
  } catch {
    // no file yet, or no watchers left on this system: the poll goes on
  }
  signal.addEventListener("abort", tell);
  return {
    reset: () => (news = Promise.withResolvers<void>()),
    async wait() {
      const timer = setTimeout(tell, pollMs);
      await news.promise;
      clearTimeout(timer);
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, gatherMs));
    },
    close() {
      watcher?.close();
      signal.removeEventListener("abort", tell);
    },
  };
}

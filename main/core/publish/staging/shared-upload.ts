import { AppError } from "#core/lib/app-error.ts";

type OnProgress = (doneBytes: number, totalBytes: number) => void;

/**
 * Work that several jobs want done once. One does it, the others wait and see its progress; when it fails or is
 * cancelled, the next one takes over.
 */
export interface SharedWork {
  /**
   * Resolves when `isDone` says so. `work` runs in at most one caller at a time; its failure is that caller's
   * alone. `onWait` is told when somebody else is at it.
   */
  provide(options: {
    isDone: () => boolean;
    work: (onProgress: OnProgress) => Promise<void>;
    onWait: () => void;
    onProgress: OnProgress;
    signal: AbortSignal;
  }): Promise<void>;
}

export function createSharedWork(): SharedWork {
  const listeners = new Set<OnProgress>();
  let running: Promise<void> | null = null;

  return {
    async provide({ isDone, work, onWait, onProgress, signal }) {
      listeners.add(onProgress);
      try {
        while (!isDone()) {
          if (signal.aborted) throw new AppError("cancelled", "Cancelled");
          if (running === null) {
            const own = work((done, total) => {
              for (const listener of listeners) listener(done, total);
            });
            running = own.catch(() => {}).finally(() => (running = null));
            await own;
            return;
          }
          onWait();
          await ended(running, signal);
        }
      } finally {
        listeners.delete(onProgress);
      }
    },
  };
}

/** Waits for the end of something that does not reject, or for the abort. */
async function ended(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([work, promise]);
}

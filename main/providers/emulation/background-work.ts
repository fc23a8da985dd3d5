import type { Clock } from "#ports/ports.ts";

export interface BackgroundWork {
  /** Runs until it is done or stopped; a failure ends it without a word: the state on disk says what is unfinished. */
  start(id: string, run: (signal: AbortSignal) => Promise<void>): void;
  /** Resolves when it has ended. */
  stop(id: string): Promise<void>;
  stopAll(): Promise<void>;
}

/** Imports, transfers and launches under way, by the id of what they work on. */
export function createBackgroundWork(): BackgroundWork {
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>();
  const stop = async (id: string): Promise<void> => {
    const entry = running.get(id);
    entry?.abort.abort();
    await entry?.done;
  };
  return {
    stop,
    start(id, run) {
      const abort = new AbortController();
      const done = run(abort.signal)
        .catch(() => {})
        .finally(() => running.delete(id));
      running.set(id, { abort, done });
    },
    stopAll: async () => {
      await Promise.all([...running.keys()].map(stop));
    },
  };
}

/**
 * Sleeps until so much time has passed since `startedAt` (ISO 8601): work that began before the emulator was
 * stopped is not late for it. At once when the time is over.
 */
export function sleepSince(
  startedAt: string,
  durationMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const passedMs = Math.max(0, Date.parse(clock.nowIso()) - Date.parse(startedAt));
  return clock.sleep(Math.max(0, durationMs - passedMs), signal);
}

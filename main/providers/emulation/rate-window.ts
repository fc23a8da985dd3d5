export interface RateWindow {
  /** Counts one request; answers how many there were in the window that is open. */
  count(): number;
  /** When the window ends, in the milliseconds of `nowMs`. */
  endsMs(): number;
}

/** Counts in fixed windows of time, one after the other. */
export function createRateWindow(lengthMs: number, nowMs: () => number): RateWindow {
  let startedMs = nowMs();
  let used = 0;
  return {
    count: () => {
      if (nowMs() - startedMs >= lengthMs) [startedMs, used] = [nowMs(), 0];
      return ++used;
    },
    endsMs: () => startedMs + lengthMs,
  };
}

import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "#ports/ports.ts";

/** For tests: time as it is, but no pause longer than a few milliseconds. */
export const hastyClock: Clock = {
  nowIso: () => new Date().toISOString(),
  nowMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    delay(Math.min(durationMs, 3), undefined, signal === undefined ? {} : { signal }),
};

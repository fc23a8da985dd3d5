import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";

export const nodeClock: Clock = {
  nowIso: () => new Date().toISOString(),
  nowMs: () => performance.now(),
  async sleep(durationMs, signal) {
    try {
      await delay(durationMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw AppError.from(error);
    }
  },
};

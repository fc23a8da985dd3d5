import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "./staging-error.ts";

export interface RetryOptions {
  /** Calls in all, the first included. */
  attempts: number;
  /** Doubles from attempt to attempt, up to 8 s; the pause is a random half to whole of it. */
  firstDelayMs: number;
}

/**
 * The one place where the staging store tries again: network trouble, 5xx and “slow down” pass, a refusal does
 * not. The SDK's own retry is off, because it cannot repeat a body that is read in pieces.
 */
export async function withRetry<T>(
  options: RetryOptions,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= options.attempts || signal.aborted || !isPassing(error)) throw error;
      const delayMs = Math.min(options.firstDelayMs * 2 ** (attempt - 1), 8000) * (0.5 + Math.random() / 2);
      await sleep(delayMs, undefined, { signal });
    }
  }
}

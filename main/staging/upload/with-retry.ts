import { setTimeout as sleep } from "node:timers/promises";

export interface RetryOptions {
  /** Calls in all, the first included. */
  attempts: number;
  /** Doubles from attempt to attempt, up to 8 s; the pause is a random half to whole of it. */
  firstDelayMs: number;
}

/** `pauses` grows when the user pauses: what failed meanwhile is not counted as an attempt. */
interface RetryRules extends RetryOptions {
  isPassing: (error: unknown) => boolean;
  pauses: () => number;
}

/** Tries again what may pass: network trouble, 5xx and “slow down”; a refusal does not. */
export async function withRetry<T>(
  rules: RetryRules,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const pausesBefore = rules.pauses();
    try {
      return await call();
    } catch (error) {
      if (signal.aborted || !rules.isPassing(error)) throw error;
      if (rules.pauses() !== pausesBefore) attempt--;
      else if (attempt >= rules.attempts) throw error;
      const delayMs = Math.min(rules.firstDelayMs * 2 ** (attempt - 1), 8000) * (0.5 + Math.random() / 2);
      await sleep(delayMs, undefined, { signal });
    }
  }
}

import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";

export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** The numbers of DigitalOcean's own Go client (godo): 4 tries, 1 to 30 s. */
export const defaultRetryPolicy: RetryPolicy = { tries: 4, firstDelayMs: 1_000, longestDelayMs: 30_000 };

/**
 * Sends again what failed in passing. Only what cannot do harm twice: `repeatable` requests (GET), or any whose
 * error says `processed: no`. A pause that the other side asks for is kept; when it is longer than
 * `longestDelayMs`, the error goes to the caller, who can tell the user.
 */
export async function withRetry<T>(
  send: () => Promise<T>,
  options: { repeatable: boolean; clock: Clock; signal: AbortSignal; policy: RetryPolicy },
): Promise<T> {
  const { repeatable, clock, signal, policy } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const failure = AppError.from(error);
      const safe = repeatable || failure.details["processed"] === "no";
      if (attempt >= policy.tries || failure.retry === "never" || !safe || signal.aborted) throw failure;
      const delayMs = pauseBefore(attempt, failure, policy);
      if (delayMs === null) throw failure;
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Doubles with every try; a fifth of chance so that several copies do not knock in step. */
function pauseBefore(attempt: number, failure: AppError, policy: RetryPolicy): number | null {
  const asked = failure.details["retryAfterMs"];
  if (typeof asked === "number") return asked <= policy.longestDelayMs ? asked : null;
  const doubled = policy.firstDelayMs * 2 ** (attempt - 1);
  return Math.min(doubled * (0.9 + Math.random() * 0.2), policy.longestDelayMs);
}

import { errorReply, type EmulatorReply } from "./emulator-wire.ts";

export interface RateLimit {
  readonly perHour: number;
  readonly perMinute: number;
}

/** "5,000 requests per hour and 250 requests per minute" per token. */
export const documentedRateLimit: RateLimit = { perHour: 5_000, perMinute: 250 };

/** Counts requests in fixed windows; answers the headers of every reply and, over the limit, the 429. */
export function createRateCounter(limit: RateLimit, nowMs: () => number) {
  const hour = createWindow(3_600_000);
  const minute = createWindow(60_000);

  function createWindow(lengthMs: number): { count: () => number; endsMs: () => number } {
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

  return (): { headers: Record<string, string>; refused: EmulatorReply | null } => {
    const usedThisHour = hour.count();
    const usedThisMinute = minute.count();
    const headers = {
      "ratelimit-limit": String(limit.perHour),
      "ratelimit-remaining": String(Math.max(0, limit.perHour - usedThisHour)),
      "ratelimit-reset": String(Math.ceil(hour.endsMs() / 1000)),
    };
    if (usedThisHour <= limit.perHour && usedThisMinute <= limit.perMinute) return { headers, refused: null };
    // Retry-After comes with the burst limit only.
    const burst = usedThisHour <= limit.perHour;
    const seconds = Math.max(1, Math.ceil((minute.endsMs() - nowMs()) / 1000));
    return {
      headers,
      refused: errorReply(429, "API rate limit exceeded.", burst ? { "retry-after": String(seconds) } : {}),
    };
  };
}

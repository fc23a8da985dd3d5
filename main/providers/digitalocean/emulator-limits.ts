import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { createRateWindow } from "#providers/emulation/rate-window.ts";
import { errorReply } from "./emulator-wire.ts";

export interface RateLimit {
  readonly perHour: number;
  readonly perMinute: number;
  /** "Only 10 GET /v2/account/keys requests per 60 seconds" (the document's text on listing keys). */
  readonly keyListsPerMinute: number;
}

/** "5,000 requests per hour and 250 requests per minute" per token. */
export const documentedRateLimit: RateLimit = { perHour: 5_000, perMinute: 250, keyListsPerMinute: 10 };

/** Counts requests in fixed windows; answers the headers of every reply and, over the limit, the 429. */
export function createRateCounter(limit: RateLimit, nowMs: () => number) {
  const hour = createRateWindow(3_600_000, nowMs);
  const minute = createRateWindow(60_000, nowMs);
  const keys = createRateWindow(60_000, nowMs);

  return (listsKeys: boolean): { headers: Record<string, string>; refused: EmulatorReply | null } => {
    const usedThisHour = hour.count();
    const usedThisMinute = minute.count();
    const keyLists = listsKeys ? keys.count() : 0;
    const headers = {
      "ratelimit-limit": String(limit.perHour),
      "ratelimit-remaining": String(Math.max(0, limit.perHour - usedThisHour)),
      "ratelimit-reset": String(Math.ceil(hour.endsMs() / 1000)),
    };
    const inTime = usedThisHour <= limit.perHour && usedThisMinute <= limit.perMinute;
    if (inTime && keyLists <= limit.keyListsPerMinute) return { headers, refused: null };
    // Retry-After comes with the burst limits only.
    const burst = usedThisHour <= limit.perHour;
    const window = inTime ? keys : minute;
    const seconds = Math.max(1, Math.ceil((window.endsMs() - nowMs()) / 1000));
    return {
      headers,
      refused: errorReply(429, "API rate limit exceeded.", burst ? { "retry-after": String(seconds) } : {}),
    };
  };
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago, for lists: `just now`, `5 min ago`, `3 h ago`, `yesterday`, then the date. */
export function formatAgo(isoTime: string, nowMs: number): string {
  const thenMs = Date.parse(isoTime);
  if (Number.isNaN(thenMs)) return isoTime;
  const age = nowMs - thenMs;
  if (age < minute) return "just now";
  if (age < hour) return `${Math.floor(age / minute)} min ago`;
  if (age < day) return `${Math.floor(age / hour)} h ago`;
  if (age < 2 * day) return "yesterday";
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(thenMs);
}

/** The whole moment, for titles and details. */
export function formatMoment(isoTime: string): string {
  const thenMs = Date.parse(isoTime);
  if (Number.isNaN(thenMs)) return isoTime;
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }).format(thenMs);
}

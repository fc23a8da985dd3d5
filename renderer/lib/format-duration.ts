/** A span for people: `18 ms`, `4.2 s`, `48 s`, `3 min 05 s`, `2 h 07 min`, `3 d 4 h`. */
export function formatDuration(spanMs: number): string {
  if (!Number.isFinite(spanMs) || spanMs < 0) return "–";
  if (spanMs < 999.5) return `${Math.round(spanMs)} ms`;
  if (spanMs < 9950) return `${(spanMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(spanMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** What is left, without false precision: `about 5 s`, `about 2 min`. */
export function formatRemaining(spanMs: number): string {
  const seconds = spanMs / 1000;
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 2.5) return "a moment";
  if (seconds < 15) return `about ${Math.round(seconds)} s`;
  if (seconds < 57.5) return `about ${Math.round(seconds / 5) * 5} s`;
  if (seconds < 3570) return `about ${Math.max(1, Math.round(seconds / 60))} min`;
  return `about ${(seconds / 3600).toFixed(1)} h`;
}

/** A running clock: `0:07`, `12:40`, `1:02:03`. */
export function formatClock(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

const pad = (value: number): string => String(value).padStart(2, "0");

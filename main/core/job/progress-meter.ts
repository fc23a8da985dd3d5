import type { Progress } from "#contract/job.ts";

/** Rates are averaged over this long, so that a stall shows but a hiccup does not. */
const windowMs = 5_000;

/** Turns byte counts into a rate and a time left. `nowMs` is monotonic. */
export function createProgressMeter(): (
  doneBytes: number,
  totalBytes: number | null,
  nowMs: number,
) => Progress {
  let samples: { doneBytes: number; atMs: number }[] = [];
  return (doneBytes, totalBytes, nowMs) => {
    samples = [...samples.filter((sample) => nowMs - sample.atMs <= windowMs), { doneBytes, atMs: nowMs }];
    const first = samples[0];
    const elapsedMs = first === undefined ? 0 : nowMs - first.atMs;
    const rate =
      first === undefined || elapsedMs < 500 ? null : ((doneBytes - first.doneBytes) / elapsedMs) * 1000;
    const remainingMs =
      rate === null || rate <= 0 || totalBytes === null ? null : ((totalBytes - doneBytes) / rate) * 1000;
    return {
      doneBytes,
      totalBytes,
      rateBytesPerSecond: rate === null ? null : Math.max(0, rate),
      remainingMs: remainingMs === null ? null : Math.max(0, remainingMs),
    };
  };
}

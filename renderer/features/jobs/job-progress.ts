import type { JobStatus, JobStep, JobView } from "#contract/job.ts";
import { formatBytes, formatRate } from "#renderer/lib/format-bytes.ts";
import { formatRemaining } from "#renderer/lib/format-duration.ts";

/** Still on the way to an end, by itself. */
export const isActive = (status: JobStatus): boolean =>
  status === "queued" || status === "running" || status === "cancelling";

export const isRetryable = (status: JobStatus): boolean =>
  status === "failed" || status === "cancelled" || status === "interrupted";

export const statusWords: Record<JobStatus, string> = {
  queued: "Waiting",
  running: "Running",
  cancelling: "Cancelling",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};

/** The step a person wants to hear of: the one that runs, else the one that failed. */
export const currentStep = (job: JobView): JobStep | null =>
  job.steps.find((step) => step.status === "running") ??
  job.steps.findLast((step) => step.status === "failed") ??
  null;

/** Share of one step that is done; null while it cannot be measured. */
export function stepFraction(step: JobStep): number | null {
  const progress = step.progress;
  if (progress === null || progress.totalBytes === null || progress.totalBytes === 0) return null;
  return Math.min(1, progress.doneBytes / progress.totalBytes);
}

/** `12.4 MiB of 157 MiB · 38.2 MiB/s · about 5 s left`, as far as it is known. */
export function progressText(step: JobStep): string {
  const progress = step.progress;
  if (progress === null) return step.message;
  const { doneBytes, totalBytes, rateBytesPerSecond, remainingMs } = progress;
  const parts = [
    totalBytes === null ? formatBytes(doneBytes) : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
  ];
  if (step.status === "running") {
    if (rateBytesPerSecond !== null && rateBytesPerSecond > 0) parts.push(formatRate(rateBytesPerSecond));
    if (remainingMs !== null) parts.push(`${formatRemaining(remainingMs)} left`);
  }
  return parts.join(" · ");
}

/** How long it has taken (so far). */
export function jobSpanMs(job: JobView, nowMs: number): number {
  const endMs = job.endedAt === null ? nowMs : Date.parse(job.endedAt);
  return Math.max(0, endMs - Date.parse(job.createdAt));
}

export function stepSpanMs(step: JobStep, nowMs: number): number | null {
  if (step.startedAt === null) return null;
  const endMs = step.endedAt === null ? nowMs : Date.parse(step.endedAt);
  return Math.max(0, endMs - Date.parse(step.startedAt));
}

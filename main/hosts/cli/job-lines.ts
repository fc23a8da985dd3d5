import type { JobStep, JobView } from "#contract/job.ts";
import { formatBytes, formatDuration } from "./terminal/format.ts";
import { bold, cyan, dim, green, red, yellow } from "./terminal/style.ts";

/** The rewritten line of a running step: name, share or bytes, rate, time left, the step's own words. */
export function statusLine(step: JobStep, elapsedMs: number): string {
  return [`${cyan("•")} ${step.title}`, ...progressParts(step), dim(formatDuration(elapsedMs))].join("  ");
}

export function progressParts(step: JobStep): string[] {
  const { progress } = step;
  if (progress === null) return step.message === "" ? [] : [dim(step.message)];
  const { doneBytes, totalBytes, rateBytesPerSecond, remainingMs } = progress;
  const share =
    totalBytes === null || totalBytes === 0
      ? formatBytes(doneBytes)
      : `${Math.floor(Math.min(doneBytes / totalBytes, 1) * 100)} % of ${formatBytes(totalBytes)}`;
  const rate = rateBytesPerSecond === null ? [] : [`${formatBytes(rateBytesPerSecond)}/s`];
  const left = remainingMs === null ? [] : [`${formatDuration(remainingMs)} left`];
  return [share, ...rate, ...left];
}

/** The line that stays when a step has ended; null while it has not. */
export function endedLine(step: JobStep): string | null {
  const took =
    step.startedAt === null || step.endedAt === null
      ? ""
      : `  ${dim(formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt)))}`;
  switch (step.status) {
    case "done":
      return `${green("✓")} ${step.title}${took}`;
    case "failed":
      return `${red("✗")} ${step.title}${took}`;
    case "undone":
      return `${yellow("↺")} ${step.title}  ${dim("undone")}`;
    case "waiting":
    case "running":
      return null;
  }
}

const ended: ReadonlySet<JobView["status"]> = new Set(["succeeded", "failed", "cancelled", "interrupted"]);
export const hasEnded = ({ status }: JobView): boolean => ended.has(status);

const statusWords: Record<JobView["status"], string> = {
  queued: "waiting for its turn",
  running: "running",
  cancelling: "cancelling",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  interrupted: "interrupted",
};

export const statusWord = (job: JobView): string => statusWords[job.status];
export const jobTitle = (job: JobView): string => bold(job.title);

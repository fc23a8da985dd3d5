import type { JobView } from "#contract/job.ts";
import { isActive, isRetryable } from "#renderer/features/jobs/job-progress.ts";

/** The jobs that were started together with this one, in their order; the one alone when it is in no batch. */
export function batchOf(jobs: Readonly<Record<string, JobView>>, jobId: string): JobView[] {
  const job = jobs[jobId];
  // The first may have been dismissed: its batch is then found by the id that they share.
  const batchId = job?.subject.batchId ?? jobId;
  return Object.values(jobs)
    .filter(({ id, subject }) => id === jobId || subject.batchId === batchId)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

/** `3 accounts: 1 done, 1 under way, 1 failed`. */
export function batchWords(jobs: readonly JobView[]): string {
  const count = (match: (job: JobView) => boolean): number => jobs.filter(match).length;
  const parts = [
    [count(({ status }) => status === "succeeded"), "done"],
    [count(({ status }) => isActive(status)), "under way"],
    [count(({ status }) => status === "failed"), "failed"],
    [count(({ status }) => status === "interrupted"), "interrupted"],
    [count(({ status }) => status === "cancelled"), "cancelled"],
  ] as const;
  const told = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  return `${jobs.length === 1 ? "1 account" : `${jobs.length} accounts`}: ${told.join(", ")}`;
}

export const retryableOf = (jobs: readonly JobView[]): JobView[] =>
  jobs.filter(({ status }) => isRetryable(status));
export const activeOf = (jobs: readonly JobView[]): JobView[] =>
  jobs.filter(({ status }) => isActive(status));

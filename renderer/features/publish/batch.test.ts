import { describe, expect, it } from "vitest";
import type { JobView } from "#contract/job.ts";
import { activeOf, batchOf, batchWords, retryableOf } from "./batch.ts";

const job = (id: string, status: JobView["status"], batchId?: string): JobView => ({
  id,
  kind: "publish",
  title: id,
  status,
  steps: [],
  error: null,
  result: null,
  subject: batchId === undefined ? {} : { batchId },
  createdAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  attempt: 1,
});
const jobs = {
  c: job("c", "failed", "b1"),
  a: job("a", "succeeded", "b1"),
  b: job("b", "running", "b1"),
  other: job("other", "running", "b2"),
  alone: job("alone", "running"),
};

describe("a batch", () => {
  it("is found by any of its jobs, or by its own id", () => {
    expect(batchOf(jobs, "b").map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(batchOf(jobs, "b1").map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(batchOf(jobs, "alone").map(({ id }) => id)).toEqual(["alone"]);
    expect(batchOf(jobs, "gone")).toEqual([]);
  });

  it("is told in a line", () => {
    expect(batchWords(batchOf(jobs, "a"))).toBe("3 accounts: 1 done, 1 under way, 1 failed");
    expect(batchWords([jobs.alone])).toBe("1 account: 1 under way");
  });

  it("knows what can be run again and what can be cancelled", () => {
    expect(retryableOf(batchOf(jobs, "a")).map(({ id }) => id)).toEqual(["c"]);
    expect(activeOf(batchOf(jobs, "a")).map(({ id }) => id)).toEqual(["b"]);
  });
});

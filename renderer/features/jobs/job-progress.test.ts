import { describe, expect, it } from "vitest";
import type { JobStep, JobView } from "#contract/job.ts";
import { currentStep, isActive, isRetryable, jobSpanMs, progressText, stepFraction } from "./job-progress.ts";

const MiB = 1024 ** 2;
const step = (change: Partial<JobStep> = {}): JobStep => ({
  name: "upload",
  title: "Upload",
  status: "running",
  startedAt: "2025-01-01T00:00:00Z",
  endedAt: null,
  message: "",
  progress: { doneBytes: 40 * MiB, totalBytes: 160 * MiB, rateBytesPerSecond: 20 * MiB, remainingMs: 6000 },
  ...change,
});
const job = (steps: JobStep[]): JobView => ({
  id: "j",
  kind: "publish",
  title: "Publish",
  status: "running",
  steps,
  error: null,
  result: null,
  subject: {},
  createdAt: "2025-01-01T00:00:00Z",
  endedAt: null,
  attempt: 1,
});

describe("progressText", () => {
  it("tells bytes, rate and what is left", () => {
    expect(progressText(step())).toBe("40.0 MiB of 160 MiB · 20.0 MiB/s · about 6 s left");
  });
  it("tells only bytes once it has ended", () => {
    expect(progressText(step({ status: "done" }))).toBe("40.0 MiB of 160 MiB");
  });
  it("does not invent a total", () => {
    const progress = { doneBytes: MiB, totalBytes: null, rateBytesPerSecond: null, remainingMs: null };
    expect(progressText(step({ progress }))).toBe("1.00 MiB");
    expect(stepFraction(step({ progress }))).toBeNull();
  });
  it("falls back to the step's own words", () => {
    expect(progressText(step({ progress: null, message: "pending" }))).toBe("pending");
  });
});

describe("currentStep", () => {
  it("is the running step, else the failed one", () => {
    const done = step({ name: "a", status: "done" });
    const failed = step({ name: "b", status: "failed" });
    expect(currentStep(job([done, step({ name: "c" })]))?.name).toBe("c");
    expect(currentStep(job([done, failed]))?.name).toBe("b");
    expect(currentStep(job([done]))).toBeNull();
  });
});

it("measures a running job up to now and an ended one to its end", () => {
  const running = job([]);
  expect(jobSpanMs(running, Date.parse("2025-01-01T00:00:10Z"))).toBe(10_000);
  expect(jobSpanMs({ ...running, endedAt: "2025-01-01T00:00:04Z" }, Date.now())).toBe(4000);
});

it("knows what can be waited for and what can be tried again", () => {
  expect(["queued", "running", "cancelling"].every((status) => isActive(status as JobView["status"]))).toBe(
    true,
  );
  expect(isActive("interrupted")).toBe(false);
  expect(isRetryable("interrupted")).toBe(true);
  expect(isRetryable("succeeded")).toBe(false);
});

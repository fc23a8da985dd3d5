import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JobView } from "#contract/job.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startPublishHarness, type PublishHarness } from "#core/publish/publish-harness.ts";
import { createJanitor, needsStaging } from "./janitor.ts";
import { newStagingPlace } from "./staging-place.ts";

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
let harness: PublishHarness;
beforeEach(async () => {
  harness = await startPublishHarness(nodeProcesses);
});
afterEach(() => harness.close());

const stagingId = "stg0000001";
const job = (changes: Partial<JobView> = {}): JobView => ({
  id: "j1",
  kind: "publish",
  title: "Publish",
  status: "running",
  steps: [],
  error: null,
  result: null,
  subject: {},
  createdAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  attempt: 1,
  ...changes,
});

const retryable = { code: "network", message: "", hint: "", retry: "later", details: {} } as const;

/** A janitor whose clock is turned by hand. */
function janitorAt(
  { ports, store, desk, deps, staging }: ReturnType<PublishHarness["parts"]>,
  nowIso: () => string,
  sleep: (ms: number) => Promise<void> = async () => {},
) {
  const stagings = { view: deps.stagings.view, open: async () => staging, saw: async () => {} };
  return createJanitor({
    ports: { ...ports, clock: { ...ports.clock, nowIso, sleep } },
    store,
    desk,
    stagings,
  });
}

async function stage(parts: ReturnType<PublishHarness["parts"]>, jobId: string): Promise<string> {
  const { path, fileBytes } = harness.image;
  const place = newStagingPlace({ name: "x", format: "qcow2", archive: null });
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const id = await parts.desk.claim(jobId, { stagingId, sha256, sizeBytes: fileBytes, place, share: true });
  const silent = { onWait: () => {}, onProgress: () => {} };
  await parts.desk.provide(id, { path, ...silent, signal: signal() });
  return id;
}

describe("the janitor", () => {
  it("leaves what a publish needs, and tells whose it is", async () => {
    const parts = harness.parts();
    parts.store.put("jobs", "j1", job());
    await stage(parts, "j1");
    await parts.janitor.sweep();
    const [item] = await parts.janitor.list(stagingId, signal());
    expect(item).toMatchObject({ kind: "object", jobIds: ["j1"], sizeBytes: harness.image.fileBytes });
    expect(await parts.janitor.clean(undefined, signal())).toEqual([]);
    await expect(parts.janitor.assertUnused(stagingId)).rejects.toMatchObject({ code: "bad-input" });
    expect(parts.store.state.notices).toEqual({});
  });

  it("removes at the next start what a job left that is gone, and says so", async () => {
    const first = harness.parts();
    await stage(first, "gone");
    await harness.settle();
    const second = harness.parts();
    await second.janitor.sweep();
    expect(await harness.stagingContent()).toEqual([]);
    expect(second.store.state.notices["staging-swept"]?.text).toContain("Bucket");
    await second.janitor.assertUnused(stagingId);
  });

  it("tries again at the next start when the storage could not be reached", async () => {
    const first = harness.parts();
    await stage(first, "gone");
    await harness.settle();
    await harness.stopS3();
    const second = harness.parts();
    await second.janitor.sweep();
    expect(second.store.state.notices[`staging-${stagingId}`]).toMatchObject({ level: "warning" });
    await harness.settle();
    await harness.startS3();
    await harness.parts().janitor.sweep();
    expect(await harness.stagingContent()).toEqual([]);
  });

  it("is not kept from its work by a damaged log", async () => {
    const first = harness.parts();
    const broken = await stage(first, "gone");
    await harness.settle();
    await writeFile(join(harness.data, "staging", broken, "log.jsonl"), "{half\n");
    const second = harness.parts();
    await stage(second, "gone too");
    await second.janitor.sweep();
    expect(await harness.stagingContent()).toHaveLength(1);
    await rm(join(harness.data, "staging", broken), { recursive: true });
  });

  it("shares one object between jobs, and removes it with the last", async () => {
    const parts = harness.parts();
    const [one, two] = await Promise.all([stage(parts, "j1"), stage(parts, "j2")]);
    expect(two).toBe(one);
    expect(await harness.stagingContent()).toHaveLength(1);
    expect(await parts.desk.release(one, "j1")).toBeNull();
    expect(await parts.desk.release(one, "j2")).toBe(true);
    expect(await parts.desk.release(one, "j2")).toBe(true);
    expect(await harness.stagingContent()).toEqual([]);
  });

  it("keeps an object readable as long as one job needs that, also over a start", async () => {
    const first = harness.parts();
    const id = await stage(first, "j1");
    await stage(first, "j2");
    const url = (await first.desk.expose(id, "j1", signal())) ?? "";
    const status = async (): Promise<number> => (await fetch(url, { method: "HEAD" })).status;
    await harness.settle();
    const second = harness.parts();
    await second.desk.expose(id, "j2", signal());
    await second.desk.conceal(id, "j2");
    expect(await status()).toBe(200);
    await second.desk.conceal(id, "j1");
    expect(await status()).toBe(403);
    await second.desk.release(id, "j1");
    await second.desk.release(id, "j2");
  });

  it("leaves what another computer may have under way", async () => {
    const parts = harness.parts();
    const { path, fileBytes } = harness.image;
    await parts.staging.upload({
      key: "goldsmith/0123/other.qcow2",
      path,
      sizeBytes: fileBytes,
      contentType: "application/octet-stream",
      resume: null,
      onUploadId: async () => {},
      onProgress: () => {},
      signal: signal(),
    });
    expect(await parts.janitor.clean(stagingId, signal())).toEqual([]);
    expect(await parts.janitor.list(stagingId, signal())).toMatchObject([{ jobIds: [] }]);
  });

  it("keeps a retryable upload for a day by the wall clock, tells so, and removes it then", async () => {
    let now = "2026-01-01T10:00:00.000Z";
    const failed = job({ status: "failed", endedAt: now, error: retryable });
    const first = harness.parts();
    first.store.put("jobs", "j1", failed);
    await stage(first, "j1");
    const [kept] = await janitorAt(first, () => now).list(stagingId, signal());
    expect(kept).toMatchObject({ jobIds: ["j1"], keptUntil: "2026-01-02T10:00:00.000Z", exposed: false });
    await harness.settle();
    // The app does not run meanwhile: the next start counts those hours too.
    now = "2026-01-02T09:59:00.000Z";
    const second = harness.parts();
    second.store.put("jobs", "j1", failed);
    await janitorAt(second, () => now).sweep();
    expect(await harness.stagingContent()).toHaveLength(1);
    now = "2026-01-02T10:01:00.000Z";
    await janitorAt(second, () => now).sweep();
    expect(await harness.stagingContent()).toEqual([]);
  });

  it("removes it while the app runs on, at the first look after its time", async () => {
    let now = "2026-01-01T10:00:00.000Z";
    const parts = harness.parts();
    parts.store.put("jobs", "j1", job({ status: "failed", endedAt: now, error: retryable }));
    await stage(parts, "j1");
    const abort = new AbortController();
    const slept: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      slept.push(ms);
      if (slept.length === 2) expect(await harness.stagingContent()).toHaveLength(1);
      if (slept.length === 2) now = "2026-01-02T10:30:00.000Z";
      if (slept.length === 3) abort.abort();
    };
    await janitorAt(parts, () => now, sleep).watch(abort.signal);
    expect(slept).toEqual([3_600_000, 3_600_000, 3_600_000]);
    expect(await harness.stagingContent()).toEqual([]);
  });

  it("removes what waits for a retry on demand, and nothing that is under way", async () => {
    const parts = harness.parts();
    parts.store.put(
      "jobs",
      "j1",
      job({ status: "failed", endedAt: new Date().toISOString(), error: retryable }),
    );
    const id = await stage(parts, "j1");
    await parts.desk.expose(id, "j1", signal());
    expect(await parts.janitor.list(stagingId, signal())).toMatchObject([{ exposed: true }]);
    expect(await parts.janitor.clean(stagingId, signal())).toEqual([]);
    expect(await parts.janitor.clean(stagingId, signal(), { kept: true })).toHaveLength(1);
    expect(await harness.stagingContent()).toEqual([]);
    parts.store.put("jobs", "j2", job({ id: "j2" }));
    await stage(parts, "j2");
    expect(await parts.janitor.clean(stagingId, signal(), { kept: true })).toEqual([]);
    expect(await harness.stagingContent()).toHaveLength(1);
  });

  it("knows which ended jobs may still go on", () => {
    const nowMs = Date.parse("2026-01-02T00:00:00.000Z");
    const endedAt = "2026-01-01T12:00:00.000Z";
    const error = retryable;
    expect(needsStaging(undefined, nowMs)).toBe(false);
    // Killed: it may be resumed, but nobody waits for it for ever.
    const step = {
      name: "",
      title: "",
      status: "running",
      endedAt: null,
      message: "",
      progress: null,
    } as const;
    const killed = job({
      status: "interrupted",
      steps: [{ ...step, startedAt: "2026-01-01T20:00:00.000Z" }],
    });
    expect(needsStaging(killed, nowMs)).toBe(true);
    expect(needsStaging(killed, nowMs + 19 * 3_600_000)).toBe(true);
    expect(needsStaging(killed, nowMs + 21 * 3_600_000)).toBe(false);
    expect(needsStaging(job(), nowMs + 99 * 3_600_000)).toBe(true);
    expect(needsStaging(job({ status: "succeeded", endedAt }), nowMs)).toBe(false);
    expect(needsStaging(job({ status: "failed", endedAt, error }), nowMs)).toBe(true);
    expect(needsStaging(job({ status: "failed", endedAt, error }), nowMs + 13 * 3_600_000)).toBe(false);
    expect(needsStaging(job({ status: "failed", endedAt, error: { ...error, retry: "never" } }), nowMs)).toBe(
      false,
    );
  });
});

import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JobView } from "#contract/job.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startPublishHarness, type PublishHarness } from "#core/publish/publish-harness.ts";
import { needsStaging } from "./janitor.ts";
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

  it("knows which ended jobs may still go on", () => {
    const nowMs = Date.parse("2026-01-02T00:00:00.000Z");
    const endedAt = "2026-01-01T12:00:00.000Z";
    const error = { code: "network", message: "", hint: "", retry: "later", details: {} } as const;
    expect(needsStaging(undefined, nowMs)).toBe(false);
    expect(needsStaging(job({ status: "interrupted" }), nowMs)).toBe(true);
    expect(needsStaging(job({ status: "succeeded", endedAt }), nowMs)).toBe(false);
    expect(needsStaging(job({ status: "failed", endedAt, error }), nowMs)).toBe(true);
    expect(needsStaging(job({ status: "failed", endedAt, error }), nowMs + 13 * 3_600_000)).toBe(false);
    expect(needsStaging(job({ status: "failed", endedAt, error: { ...error, retry: "never" } }), nowMs)).toBe(
      false,
    );
  });
});

import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPracticeS3 } from "../practice/practice-s3.ts";
import type { SeenRequest, Trouble } from "../practice/trouble.ts";
import type { StagingUpload } from "../staging-store.ts";
import { nodeClock } from "#system/node-clock.ts";
import { createTransferGate, type TransferGate } from "../transfer-gate.ts";
import { withRetry } from "../upload/with-retry.ts";
import { isPassing } from "./staging-error.ts";
import { createS3Store } from "./s3-store.ts";

const MiB = 1024 * 1024;
const keys = { accessKeyId: "PRACTICE", secretAccessKey: "practice-secret" };
const signal = new AbortController().signal;
let home: string;
let server: Awaited<ReturnType<typeof startPracticeS3>>;
let seen: SeenRequest[];
let trouble: (request: SeenRequest) => Trouble | null;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-s3-store-"));
  seen = [];
  trouble = () => null;
  server = await startPracticeS3({
    folder: join(home, "state"),
    ...keys,
    buckets: ["images"],
    trouble: (request) => {
      seen.push(request);
      return trouble(request);
    },
  });
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

const storeAt = (
  endpoint: string,
  publicUrlTemplate: string | null = null,
): ReturnType<typeof createS3Store> =>
  createS3Store(
    { endpoint, region: "us-east-1", bucket: "images", publicUrlTemplate, ...keys },
    { partBytes: 5 * MiB, retry: { attempts: 3, firstDelayMs: 1 } },
  );
async function upload(sizeBytes: number, more: Partial<StagingUpload> = {}): Promise<StagingUpload> {
  const path = join(home, "file");
  await writeFile(path, randomBytes(sizeBytes));
  const { length } = Buffer.alloc(sizeBytes);
  const ignore = { onUploadId: async () => {}, onProgress: () => {} };
  return { key: "k", path, sizeBytes: length, contentType: "a/b", resume: null, ...ignore, signal, ...more };
}

/** Trouble for the first so many requests that match. */
function first(count: number, matches: (request: SeenRequest) => boolean, what: Trouble): typeof trouble {
  let left = count;
  return (request) => (matches(request) && left-- > 0 ? what : null);
}
const isPart = ({ parameters }: SeenRequest): boolean => parameters.has("partNumber");
const isComplete = ({ method, parameters }: SeenRequest): boolean =>
  method === "POST" && parameters.has("uploadId");

describe("trouble that passes", () => {
  it.each<[string, () => typeof trouble]>([
    ["slow down", () => first(2, isPart, { kind: "answer", status: 503, code: "SlowDown" })],
    ["an internal error", () => first(2, () => true, { kind: "answer", status: 500, code: "InternalError" })],
    ["a connection cut in the middle", () => first(2, isPart, { kind: "cut", afterBytes: 2 * MiB })],
    ["a part whose answer got lost", () => first(1, isPart, { kind: "lose-answer" })],
    ["a completion whose answer got lost", () => first(1, isComplete, { kind: "lose-answer" })],
  ])("is not seen by the caller: %s", async (_name, make) => {
    trouble = make();
    const args = await upload(12 * MiB);
    const done: number[] = [];
    const staged = await storeAt(server.endpoint).upload({
      ...args,
      onProgress: (bytes) => done.push(bytes),
    });
    expect(staged.sizeBytes).toBe(12 * MiB);
    expect((await fetch(staged.publicUrl ?? "", { method: "HEAD" })).headers.get("content-length")).toBe(
      `${12 * MiB}`,
    );
    expect(done.at(-1)).toBe(12 * MiB);
    expect(Math.max(...done)).toBe(12 * MiB);
  });
});

describe("trouble that stays", () => {
  it("is told after six attempts, and the other parts are stopped", async () => {
    trouble = (request) => (isPart(request) ? { kind: "answer", status: 503, code: "SlowDown" } : null);
    const ids: string[] = [];
    const args = await upload(60 * MiB, { onUploadId: async (id) => void ids.push(id) });
    const store = storeAt(server.endpoint);
    await expect(store.upload(args)).rejects.toMatchObject({ code: "staging-failed", retry: "later" });
    expect(seen.filter(isPart).length).toBeLessThanOrEqual(4 * 6);
    trouble = () => null;
    await store.upload({ ...args, resume: { uploadId: ids[0] ?? "" } });
    expect(ids).toHaveLength(1);
  });

  it("a refusal is not tried again", async () => {
    const wrong = createS3Store(
      {
        endpoint: server.endpoint,
        region: "r",
        bucket: "images",
        publicUrlTemplate: null,
        ...keys,
        secretAccessKey: "guess",
      },
      { retry: { attempts: 3, firstDelayMs: 1 } },
    );
    await expect(wrong.probe(signal)).rejects.toMatchObject({ code: "unauthorized", retry: "never" });
    expect(seen).toHaveLength(1);
  });

  it("stops within an instant of an abort, however slow the store is", async () => {
    trouble = (request) => (isPart(request) ? { kind: "slow", bytesPerSecond: 100_000 } : null);
    const stop = new AbortController();
    const args = await upload(12 * MiB, { signal: stop.signal, onProgress: () => stop.abort() });
    const startedMs = performance.now();
    await expect(storeAt(server.endpoint).upload(args)).rejects.toMatchObject({ code: "cancelled" });
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});

describe("what is sent", () => {
  it("is public, typed, checked by MD5, and carries no checksum that other stores refuse", async () => {
    await storeAt(server.endpoint).upload(await upload(12 * MiB));
    const begin = seen.find(({ parameters }) => parameters.has("uploads"));
    expect(begin?.headers).toMatchObject({ "x-amz-acl": "public-read", "content-type": "a/b" });
    for (const { headers } of seen) {
      const names = Object.keys(headers).filter((name) =>
        /checksum|sdk-checksum|trailer|x-amz-decoded/.test(name),
      );
      expect(names).toEqual([]);
    }
    expect(seen.filter(isPart).every(({ headers }) => headers["content-md5"] !== undefined)).toBe(true);
  });
});

describe("limits", () => {
  const storeBehind = (gate: TransferGate): ReturnType<typeof createS3Store> =>
    createS3Store(
      { endpoint: server.endpoint, region: "r", bucket: "images", publicUrlTemplate: null, ...keys },
      { partBytes: 5 * MiB, gate },
    );

  it("keep an upload at their pace", async () => {
    const gate = createTransferGate(nodeClock);
    gate.setLimit(20 * MiB);
    const startedMs = performance.now();
    await storeBehind(gate).upload(await upload(12 * MiB));
    expect(performance.now() - startedMs).toBeGreaterThan(500);
  });

  it("hold an upload in the middle of its parts and let it go on", async () => {
    const gate = createTransferGate(nodeClock);
    let paused = 0;
    const args = await upload(20 * MiB, {
      onProgress: (doneBytes) => {
        if (doneBytes < 7 * MiB || paused++ > 0) return;
        gate.setPaused(true);
      },
    });
    let ended = false;
    const work = storeBehind(gate)
      .upload(args)
      .finally(() => (ended = true));
    await expect.poll(() => paused).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const progressed = paused;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([ended, paused]).toEqual([false, progressed]);
    gate.setPaused(false);
    expect((await work).sizeBytes).toBe(20 * MiB);
  });
});

describe("trouble while paused", () => {
  it("counts as no attempt", async () => {
    let [pauses, calls] = [0, 0];
    const rules = { attempts: 1, firstDelayMs: 1, isPassing, pauses: () => pauses };
    const work = withRetry(rules, signal, async () => {
      if (++calls > 3) return "done";
      pauses++;
      throw Object.assign(new Error("the store hung up"), { code: "ECONNRESET" });
    });
    await expect(work).resolves.toBe("done");
  });
});

describe("the public address", () => {
  it.each([
    ["leads to nothing readable", "{endpoint}/images/elsewhere-{key}", "not readable without keys (403)"],
    ["leads to nobody", "http://127.0.0.1:9/{key}", "cannot be reached"],
  ])("is proved: %s", async (_name, template, words) => {
    const store = storeAt(server.endpoint, template.replace("{endpoint}", server.endpoint));
    const work = store.upload(await upload(10));
    await expect(work).rejects.toMatchObject({
      code: "staging-failed",
      message: expect.stringContaining(words),
    });
  });
});

describe("an endpoint that is no S3 store", () => {
  it("is called that", async () => {
    const { createServer } = await import("node:http");
    const web = createServer((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<html><p>hi"),
    );
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const address = web.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(storeAt(`http://127.0.0.1:${port}`).probe(signal)).rejects.toMatchObject({
      code: expect.stringMatching(/protocol|staging-failed/),
    });
    web.closeAllConnections();
    await new Promise((resolve) => web.close(resolve));
  });
});

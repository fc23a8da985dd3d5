import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { PublishStart } from "#contract/publish.ts";
import type { JobView } from "#contract/job.ts";
import type { JobDefinition } from "#core/job/job-context.ts";
import type { ImportFault, RequestFault } from "#providers/emulation/faults.ts";
import type { SeenRequest, Trouble } from "#staging/practice/trouble.ts";
import { tinyQcow2 } from "#providers/emulation/testing/tiny-qcow2.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { PublishResultSchema } from "#contract/publish.ts";
import {
  accountContent,
  accountId,
  canaries,
  imageId,
  passReport,
  startPublishHarness,
  textUnder,
  type PublishHarness,
} from "./publish-harness.ts";

let harness: PublishHarness;
let requestFault: (request: { method: string; path: string }) => RequestFault | null;
let importFault: () => ImportFault | null;
let trouble: (request: SeenRequest) => Trouble | null;
const sent: string[] = [];

type Parts = ReturnType<PublishHarness["parts"]>;

async function start(options: { dataBytes?: number } = {}): Promise<void> {
  requestFault = () => null;
  importFault = () => null;
  trouble = () => null;
  sent.length = 0;
  harness = await startPublishHarness(nodeProcesses, {
    ...options,
    emulator: {
      faults: {
        request: (request) => {
          sent.push(`${request.method} ${request.path}`);
          return requestFault(request);
        },
        import: () => importFault(),
      },
    },
    trouble: (request) => trouble(request),
  });
}
afterEach(async () => {
  await harness.settle();
  const everything = [await textUnder(harness.data), ...harness.log].join("\n");
  for (const canary of Object.values(canaries)) expect(everything).not.toContain(canary);
  expect(harness.emulator.problems()).toEqual([]);
  await harness.close();
});

async function publish(parts: Parts, input: Partial<PublishStart> = {}): Promise<JobView> {
  const id = await parts.jobs.start(parts.definition, { imageId, accountId, ...input });
  const view = await parts.jobs.waitFor(id);
  for (const canary of Object.values(canaries))
    expect(JSON.stringify(parts.store.state)).not.toContain(canary);
  return view;
}
const fileHash = async (): Promise<string> =>
  createHash("sha256")
    .update(await readFile(harness.image.path))
    .digest("hex");
const creations = (): number => sent.filter((line) => line === "POST /v2/images").length;

/** One image, available, with the very bytes of the file; and an empty store. */
async function expectPublishedOnce(view: JobView): Promise<void> {
  expect(view.error).toBeNull();
  expect(view.status).toBe("succeeded");
  const result = PublishResultSchema.parse(view.result);
  const images = await accountContent(harness);
  expect(images).toEqual([{ name: harness.image.name, state: "available", id: result.providerImageId }]);
  const sha256 = await fileHash();
  expect(result).toMatchObject({ sha256, status: "available", stagingEmpty: true });
  expect(harness.emulator.emulator.imported(result.providerImageId ?? "")?.sha256).toBe(sha256);
  expect(await harness.stagingContent()).toEqual([]);
}
async function expectNothingLeft(): Promise<void> {
  expect(await harness.stagingContent()).toEqual([]);
  expect(await accountContent(harness)).toEqual([]);
}

describe("publish", () => {
  it("sends a raw disk in gzip where that was chosen, and the account unpacks it", async () => {
    await start();
    const bootable = randomBytes(100_000);
    bootable.writeUInt16LE(0xaa55, 510);
    const bytes = tinyQcow2(32 * 2 ** 20, bootable);
    await writeFile(harness.image.path, bytes);
    const image = { ...harness.image, fileBytes: bytes.length, virtualBytes: 32 * 2 ** 20 };
    const parts = harness.parts({ image });
    const view = await publish(parts, { format: "raw-gzip" });
    expect(view.error).toBeNull();
    const result = PublishResultSchema.parse(view.result);
    const sentFile = await readFile(join(harness.data, "prepared", `${await fileHash()}.img.gz`));
    const sentSum = createHash("sha256").update(sentFile).digest("hex");
    expect(result).toMatchObject({ sha256: sentSum, uploadedBytes: sentFile.length, stagingEmpty: true });
    const imported = harness.emulator.emulator.imported(result.providerImageId ?? "");
    expect(imported?.sha256).toBe(sentSum);
    expect((await stat(imported?.path ?? "")).size).toBe(image.virtualBytes);
    const shown = parts.store.state.remoteImages[result.remoteImageId ?? ""];
    expect(shown?.publishedFrom?.sha256).toBe(await fileHash());
  });

  it("sends a packed file as it is where the account takes it so", async () => {
    await start();
    const disk = Buffer.alloc(4 * 2 ** 20);
    disk.writeUInt16LE(0xaa55, 510);
    const path = join(harness.data, "disk.raw.gz");
    await writeFile(path, gzipSync(disk));
    const bytes = await readFile(path);
    const image = {
      ...harness.image,
      path,
      format: "raw" as const,
      archive: "gzip",
      fileBytes: bytes.length,
      virtualBytes: disk.length,
    };
    const keys: string[] = [];
    trouble = ({ key }) => (keys.push(key), null);
    const view = await publish(harness.parts({ image }));
    const result = PublishResultSchema.parse(view.result);
    const sum = createHash("sha256").update(bytes).digest("hex");
    expect(result).toMatchObject({ sha256: sum, uploadedBytes: bytes.length, stagingEmpty: true });
    expect(keys.some((key) => key.endsWith(".img.gz"))).toBe(true);
    const imported = harness.emulator.emulator.imported(result.providerImageId ?? "");
    expect((await readFile(imported?.path ?? "")).equals(disk)).toBe(true);
  });

  it("refuses a format that the account does not take of this image", async () => {
    await start();
    const view = await publish(harness.parts(), { format: "qcow2-zlib" });
    expect(view).toMatchObject({ status: "failed", error: { code: "bad-input" } });
    expect(view.error?.message).toContain("does not take this image as qcow2");
    await expectNothingLeft();
  });

  it("brings an image into the account and cleans up", async () => {
    await start({ dataBytes: 11_000_000 });
    const parts = harness.parts();
    const seen: string[] = [];
    const abort = new AbortController();
    const watching = (async () => {
      for await (const event of parts.store.watch(abort.signal)) {
        if (event.type !== "patch") continue;
        for (const change of event.changes) {
          if (change.collection === "remoteImages" && change.value !== null)
            seen.push(change.value.providerStatus);
        }
      }
    })();
    const view = await publish(parts);
    abort.abort();
    await watching;
    await expectPublishedOnce(view);
    expect(view).toMatchObject({
      title: "Publish Débian 12 / golden to Test",
      subject: { imageId, accountId },
    });
    expect(view.steps.map((step) => step.status)).toEqual(Array.from({ length: 10 }, () => "done"));
    expect(view.steps.find(({ name }) => name === "follow")?.message).toBe("DigitalOcean: available");
    expect(view.steps.find(({ name }) => name === "stage")?.progress?.doneBytes).toBe(
      harness.image.fileBytes,
    );
    expect([seen[0], seen.at(-1)]).toEqual(["NEW", "available"]);
    const remote = Object.values(parts.store.state.remoteImages);
    expect(remote).toMatchObject([{ accountId, state: "available", regions: ["fra1"] }]);
    const urls = harness.emulator.exchanges.map(({ requestBody }) => JSON.stringify(requestBody ?? ""));
    expect(urls.join()).toMatch(/goldsmith\/[0-9a-f]{32}\/Debian-12-golden\.qcow2/);
  });

  it("holds back what would not work, and records an override", async () => {
    await start();
    const parts = harness.parts({ report: () => passReport("error") });
    const held = await publish(parts);
    expect(held.error).toMatchObject({ code: "publish-held", details: { findings: [{ id: "rule.error" }] } });
    expect(held.error?.message).toContain("It says error");
    expect(sent).toEqual([]);
    const view = await publish(parts, { override: true, name: "Mine", region: "ams3" });
    expect(PublishResultSchema.parse(view.result).overridden).toEqual(["rule.error"]);
    expect(await accountContent(harness)).toMatchObject([{ name: "Mine", state: "available" }]);
  });

  it("says what the check could not do", async () => {
    await start();
    const error = {
      code: "image-unreadable",
      message: "no",
      hint: "h",
      retry: "never",
      details: {},
    } as const;
    const view = await publish(harness.parts({ report: () => ({ ...passReport(), error }) }));
    expect(view.error).toMatchObject({ code: "image-unreadable" });
  });

  it("takes a known checksum, but not without comparing", async () => {
    await start();
    harness.image.sha256 = await fileHash();
    await expectPublishedOnce(await publish(harness.parts()));
    harness.image.sha256 = "0".repeat(64);
    const view = await publish(harness.parts());
    expect(view.error?.code).toBe("verify-failed");
    expect(await harness.stagingContent()).toEqual([]);
    expect(await accountContent(harness)).toHaveLength(1);
  });

  it.each([
    [
      "a reason",
      { kind: "fail", message: "We don't support the compression format of your image." } as const,
      "compression",
    ],
    ["no word", { kind: "vanish" } as const, "gave no reason (status deleted)"],
  ])("tells of an import that failed with %s and leaves nothing", async (_, fault, words) => {
    await start();
    importFault = () => fault;
    const parts = harness.parts();
    const view = await publish(parts);
    expect(view.error).toMatchObject({ code: "import-failed", retry: "never" });
    expect(view.error?.message).toContain(words);
    await expectNothingLeft();
    expect(parts.store.state.remoteImages).toEqual({});
    importFault = () => null;
    await parts.jobs.retry(view.id);
    await expectPublishedOnce(await parts.jobs.waitFor(view.id));
  });

  it("keeps the upload, in private, when the keys ran out meanwhile; a retry with new ones goes on", async () => {
    await start();
    requestFault = ({ method }) => (method === "POST" ? { kind: "refuse", status: 401 } : null);
    const parts = harness.parts();
    const failed = await publish(parts);
    expect(failed.error).toMatchObject({ code: "unauthorized", retry: "later" });
    expect(failed.error?.details).toMatchObject({ resumeStep: "register" });
    const [object = ""] = await harness.stagingContent();
    const { publicUrl } = harness.address(object.replace("object ", ""));
    expect((await fetch(publicUrl, { method: "HEAD" })).status).toBe(403);
    requestFault = () => null;
    await parts.jobs.retry(failed.id);
    await expectPublishedOnce(await parts.jobs.waitFor(failed.id));
  });

  it("gets over a 429 and a burst of 500 while it follows", async () => {
    await start();
    const once = new Set(["429", "500a", "500b", "cut"]);
    const take = (name: string): boolean => once.delete(name);
    requestFault = ({ method, path }) => {
      if (method === "POST" && take("429")) return { kind: "refuse", status: 429, retryAfterSeconds: 1 };
      if (method === "GET" && path !== "/v2/images") {
        if (take("500a") || take("500b")) return { kind: "refuse", status: 500 };
        if (take("cut")) return { kind: "cut-body" };
      }
      return null;
    };
    await expectPublishedOnce(await publish(harness.parts()));
    expect(once.size).toBe(0);
  });

  it.each([
    ["lost", { kind: "lose-reply" } as const],
    ["cut off", { kind: "cut-body" } as const],
  ])("finds its registration when the answer was %s, and registers nothing twice", async (_, fault) => {
    await start();
    requestFault = ({ method }) => (method === "POST" ? fault : null);
    await expectPublishedOnce(await publish(harness.parts()));
    expect(creations()).toBe(1);
  });

  it("keeps the upload over a 500 at the registration; a retry registers once", async () => {
    await start();
    let broken = true;
    requestFault = ({ method }) => (broken && method === "POST" ? { kind: "refuse", status: 500 } : null);
    const parts = harness.parts();
    const failed = await publish(parts);
    expect(failed.error).toMatchObject({ code: "provider-error", retry: "later" });
    expect(await harness.stagingContent()).toHaveLength(1);
    broken = false;
    let uploads = 0;
    trouble = ({ method, parameters }) => {
      if (method === "PUT" && !parameters.has("acl")) uploads++;
      return null;
    };
    await parts.jobs.retry(failed.id);
    await expectPublishedOnce(await parts.jobs.waitFor(failed.id));
    expect(uploads).toBe(0);
  });

  it("removes what it kept for a retry when the job is dismissed", async () => {
    await start();
    requestFault = ({ method }) => (method === "POST" ? { kind: "refuse", status: 500 } : null);
    const parts = harness.parts();
    const failed = await publish(parts);
    expect(await harness.stagingContent()).toHaveLength(1);
    await parts.jobs.dismiss(failed.id);
    await expectNothingLeft();
  });

  it("fails on a dead store, and resumes when it is back", async () => {
    await start();
    await harness.stopS3();
    const parts = harness.parts();
    const failed = await publish(parts);
    expect(failed.error).toMatchObject({ code: "network", retry: "later" });
    await harness.startS3();
    await parts.jobs.retry(failed.id);
    await expectPublishedOnce(await parts.jobs.waitFor(failed.id));
  });

  it("sends only what is missing after an upload broke off", async () => {
    await start({ dataBytes: 11_000_000 });
    let broken = true;
    const bodies: string[] = [];
    trouble = ({ method, parameters }) => {
      const part = parameters.get("partNumber");
      if (method !== "PUT" || part === undefined) return null;
      bodies.push(part);
      return broken && part === "2" ? { kind: "cut", afterBytes: 100_000 } : null;
    };
    const parts = harness.parts({ parallel: 1 });
    const failed = await publish(parts);
    expect(failed.status).toBe("failed");
    expect(failed.error?.retry).not.toBe("never");
    broken = false;
    bodies.length = 0;
    await parts.jobs.retry(failed.id);
    await expectPublishedOnce(await parts.jobs.waitFor(failed.id));
    expect(bodies).not.toContain("1");
    expect(bodies).toContain("2");
  });

  it("keeps the image when only the cleaning fails; a retry cleans, a dismissal too", async () => {
    for (const way of ["retry", "dismiss"] as const) {
      await start({ dataBytes: 100_000 });
      let broken = true;
      trouble = ({ method }) =>
        broken && method === "DELETE" ? { kind: "answer", status: 500, code: "InternalError" } : null;
      const parts = harness.parts();
      const failed = await publish(parts);
      expect(failed.status).toBe("failed");
      expect(failed.steps.at(-2)).toMatchObject({ name: "clean", status: "failed" });
      expect(await accountContent(harness)).toMatchObject([{ state: "available" }]);
      broken = false;
      await parts.jobs[way](failed.id);
      if (way === "retry") await expectPublishedOnce(await parts.jobs.waitFor(failed.id));
      expect(await harness.stagingContent()).toEqual([]);
      expect(await accountContent(harness)).toMatchObject([{ state: "available" }]);
      if (way === "retry") await harness.close();
    }
  });

  it("sees that the file changed while it was uploaded", async () => {
    await start({ dataBytes: 11_000_000 });
    let changed = false;
    trouble = ({ method }) => {
      if (method !== "PUT" || changed) return null;
      changed = true;
      const file = openSync(harness.image.path, "r+");
      writeSync(file, "other bytes", harness.image.fileBytes - 100);
      closeSync(file);
      return null;
    };
    const view = await publish(harness.parts({ parallel: 1 }));
    expect(["verify-failed", "bad-input"]).toContain(view.error?.code);
    await expectNothingLeft();
  });

  it("goes on waiting after its time limit when it is retried", async () => {
    await start();
    importFault = () => ({ kind: "stuck" });
    const parts = harness.parts();
    parts.deps.followTiming = { firstPauseMs: 1, longestPauseMs: 1, timeoutMs: 30, patienceMs: 1_000 };
    const view = await publish(parts);
    expect(view.error).toMatchObject({ code: "timeout", retry: "later" });
    expect(await accountContent(harness)).toMatchObject([{ state: "creating" }]);
    parts.deps.followTiming = { firstPauseMs: 1, longestPauseMs: 3, timeoutMs: 20_000, patienceMs: 1_000 };
    importFault = () => null;
    await harness.emulator.restart();
    await parts.jobs.retry(view.id);
    await expectPublishedOnce(await parts.jobs.waitFor(view.id));
    expect(creations()).toBe(1);
  });

  it("says when the image disappears from the account while it follows", async () => {
    await start();
    importFault = () => ({ kind: "stuck" });
    const parts = harness.parts();
    const id = await parts.jobs.start(parts.definition, { imageId, accountId });
    await expect.poll(() => Object.keys(parts.store.state.remoteImages).length, { timeout: 10_000 }).toBe(1);
    const remote = Object.values(parts.store.state.remoteImages)[0];
    await parts.provider.deleteImage?.(remote?.providerImageId ?? "", AbortSignal.timeout(5_000));
    expect((await parts.jobs.waitFor(id)).error).toMatchObject({ code: "import-failed" });
    await expectNothingLeft();
  });
});

const stepNames = [
  "judge",
  "hash",
  "prepare",
  "quota",
  "stage",
  "link",
  "register",
  "follow",
  "clean",
  "finish",
];

/** Calls back once when the step begins. */
function whenStepRuns(parts: Parts, step: string, then: () => void): void {
  const put = parts.store.put.bind(parts.store);
  let done = false;
  parts.store.put = (collection, id, value) => {
    put(collection, id, value);
    if (done || collection !== "jobs") return;
    const view = parts.store.state.jobs[id];
    if (view?.steps.find(({ name }) => name === step)?.status !== "running") return;
    done = true;
    then();
  };
}

describe("cancel", () => {
  it.each(stepNames)("in %s leaves nothing behind", async (step) => {
    await start();
    if (step === "follow") importFault = () => ({ kind: "stuck" });
    const parts = harness.parts();
    let id = "";
    const cancelled = new Promise<void>((resolve, reject) => {
      whenStepRuns(parts, step, () => setTimeout(() => void parts.jobs.cancel(id).then(resolve, reject), 1));
    });
    id = await parts.jobs.start(parts.definition, { imageId, accountId });
    await cancelled.catch(() => {}); // too late: the job was done already
    const view = await parts.jobs.waitFor(id);
    if (step === "clean" || step === "finish") {
      // The image is available and the user's: it stays. The store is empty.
      expect(["cancelled", "succeeded"]).toContain(view.status);
      expect(await accountContent(harness)).toMatchObject([{ state: "available" }]);
      expect(await harness.stagingContent()).toEqual([]);
      return;
    }
    expect(view).toMatchObject({ status: "cancelled", error: null });
    await expectNothingLeft();
    expect(parts.store.state.remoteImages).toEqual({});
  });

  it("in the middle of an upload leaves nothing behind", async () => {
    await start({ dataBytes: 11_000_000 });
    const parts = harness.parts();
    let id = "";
    trouble = ({ parameters }) => {
      if (parameters.get("partNumber") === "2") void parts.jobs.cancel(id);
      return parameters.has("partNumber") ? { kind: "slow", bytesPerSecond: 4_000_000 } : null;
    };
    id = await parts.jobs.start(parts.definition, { imageId, accountId });
    expect(await parts.jobs.waitFor(id)).toMatchObject({ status: "cancelled" });
    await expectNothingLeft();
  });

  it("while the registration is on its way leaves nothing behind", async () => {
    await start();
    const parts = harness.parts();
    let id = "";
    requestFault = ({ method }) => {
      if (method === "POST") void parts.jobs.cancel(id);
      return null;
    };
    id = await parts.jobs.start(parts.definition, { imageId, accountId });
    expect(await parts.jobs.waitFor(id)).toMatchObject({ status: "cancelled" });
    await expectNothingLeft();
  });
});

describe("interruption", () => {
  it.each(stepNames)("in %s: the next start finishes, nothing is registered twice", async (step) => {
    await start();
    const first = harness.parts();
    const closed = new Promise<void>((resolve, reject) => {
      whenStepRuns(first, step, () => setTimeout(() => void first.close().then(resolve, reject), 1));
    });
    const id = await first.jobs.start(first.definition, { imageId, accountId });
    await closed;
    const second = harness.parts();
    await second.jobs.load([second.definition as unknown as JobDefinition], { resume: true });
    await expectPublishedOnce(await second.jobs.waitFor(id));
    expect(creations()).toBe(1);
  });
});

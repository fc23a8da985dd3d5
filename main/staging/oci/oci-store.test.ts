import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "#core/library/json-file.ts";
import type { RequestFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { startHarness, type EmulatorHarness } from "#providers/oci/emulator-harness.ts";
import { createOci } from "#providers/oci/provider.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import type { StagingUpload } from "../staging-store.ts";
import { createOciStore, type OciStore } from "./oci-store.ts";

/** Patient, because a machine under load is no failure. */
const eventually = (look: () => unknown) => expect.poll(look, { timeout: 15_000 });

const MiB = 1024 * 1024;
const signal = AbortSignal.timeout(60_000);
const start = (): Promise<EmulatorHarness> => startHarness({ processes: nodeProcesses, writeFileAtomic });

describe("a bucket of Oracle's Object Storage", () => {
  let harness: EmulatorHarness;
  let store: OciStore;
  beforeAll(async () => {
    harness = await start();
    const { apiBase, fields } = harness.emulator;
    const { objectStorage } = createOci({ apiBase, fields }, { clock: hastyClock });
    const retry = { attempts: 3, firstDelayMs: 1 };
    store = createOciStore({ ...objectStorage, bucket: "images", partBytes: MiB, retry });
  });
  afterAll(() => harness.close());

  async function fileOf(sizeBytes: number): Promise<StagingUpload> {
    const key = randomBytes(8).toString("hex");
    const path = join(harness.folder, key);
    await writeFile(path, randomBytes(sizeBytes));
    const ignore = { onUploadId: async () => {}, onProgress: () => {} };
    return { key, path, sizeBytes, contentType: "a/b", resume: null, ...ignore, signal };
  }

  it.each<[string, (RequestFault | null)[]]>([
    [
      "a busy store",
      [
        { kind: "refuse", status: 503 },
        { kind: "refuse", status: 429 },
      ],
    ],
    [
      "lost answers to beginning, parts and commit",
      [{ kind: "lose-reply" }, null, { kind: "lose-reply" }, null, null, { kind: "lose-reply" }],
    ],
  ])("gets over %s", async (_, faults) => {
    const args = await fileOf(3 * MiB);
    await store.probe(signal);
    harness.queue.push(...faults);
    expect((await store.upload(args)).sizeBytes).toBe(args.sizeBytes);
    harness.queue.splice(0);
    await store.abortUploads("", signal);
    expect(await store.pendingUploads("", signal)).toEqual([]);
  });

  it("arrives whole although a third of all requests fail, and leaves nothing behind", async () => {
    const args = await fileOf(12 * MiB + 1);
    const kinds: RequestFault[] = [
      { kind: "refuse", status: 503 },
      { kind: "lose-reply" },
      { kind: "cut-body" },
      { kind: "refuse", status: 500 },
    ];
    const faults = Array.from({ length: 400 }, (_, number) =>
      (number * 7) % 10 < 3 ? (kinds[number % kinds.length] ?? null) : null,
    );
    const { apiBase, fields } = harness.emulator;
    const { objectStorage } = createOci({ apiBase, fields }, { clock: hastyClock });
    const retry = { attempts: 12, firstDelayMs: 1 };
    const stubborn = createOciStore({ ...objectStorage, bucket: "images", partBytes: MiB, retry });
    harness.queue.push(...faults);
    const { sha256 } = await stubborn.upload(args);
    await stubborn.abortUploads("", signal);
    expect(await stubborn.pendingUploads("", signal)).toEqual([]);
    expect(harness.queue.length).toBeLessThan(400 - 15);
    harness.queue.splice(0);
    const link = await store.signedLink?.(args.key, { expiresInMs: 60_000 }, signal);
    const served = Buffer.from(await (await fetch(link?.url ?? "")).arrayBuffer());
    expect(createHash("sha256").update(served).digest("hex")).toBe(sha256);
    expect(served.equals(await readFile(args.path))).toBe(true);
  });

  it("ends links with the object, and conceals by ending them", async () => {
    const args = await fileOf(10);
    await store.upload(args);
    const isServed = async (url: string): Promise<boolean> => (await fetch(url)).ok;
    const first = await store.signedLink?.(args.key, { expiresInMs: 60_000 }, signal);
    const second = await store.signedLink?.(args.key, { expiresInMs: 60_000 }, signal);
    expect(await Promise.all([first, second].map((link) => isServed(link?.url ?? "")))).toEqual([true, true]);
    await store.conceal(args.key, signal);
    expect(await Promise.all([first, second].map((link) => isServed(link?.url ?? "")))).toEqual([
      false,
      false,
    ]);
    await store.signedLink?.(args.key, { expiresInMs: 60_000 }, signal);
    await store.remove(args.key, signal);
    const { links } = await harness.held();
    expect(links.filter(({ objectName }) => objectName === args.key)).toEqual([]);
  });

  it.each([403, 404])("removes an object also for a user who may not manage links (%i)", async (status) => {
    const args = await fileOf(10);
    await store.upload(args);
    harness.queue.push({ kind: "refuse", status });
    await store.remove(args.key, signal);
    expect(await store.list(args.key, signal)).toEqual([]);
  });

  it("lets a link expire by itself", async () => {
    const args = await fileOf(10);
    await store.upload(args);
    const link = await store.signedLink?.(args.key, { expiresInMs: 1_500 }, signal);
    await eventually(async () => (await fetch(link?.url ?? "")).status).toBe(404);
  });

  it("keeps the object from everybody else", async () => {
    const args = await fileOf(10);
    const { publicUrl } = await store.upload(args);
    const { namespace, bucket, object } = await store.locate(args.key, signal);
    const address = `${harness.emulator.apiBase}/n/${namespace}/b/${bucket}/o/${object}`;
    expect([publicUrl, (await fetch(address)).status]).toEqual([null, 401]);
  });

  it("learns the server's time from a refusal", async () => {
    const slow = { ...hastyClock, nowIso: () => new Date(Date.now() - 3_600_000).toISOString() };
    const { apiBase, fields } = harness.emulator;
    const { objectStorage } = createOci({ apiBase, fields }, { clock: slow });
    const late = createOciStore({ ...objectStorage, bucket: "images", partBytes: MiB });
    const args = await fileOf(2 * MiB);
    expect((await late.upload(args)).sizeBytes).toBe(args.sizeBytes);
  });
});

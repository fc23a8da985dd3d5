import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPracticeS3 } from "../practice/practice-s3.ts";
import { presign } from "./presign.ts";
import { createS3Store, type S3Place } from "./s3-store.ts";

const keys = { accessKeyId: "PRACTICE", secretAccessKey: "canary-practice-secret" };
const expiresInMs = 60_000;
const signal = new AbortController().signal;
let home: string;
let server: Awaited<ReturnType<typeof startPracticeS3>>;
let place: S3Place;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-presign-"));
  server = await startPracticeS3({ folder: join(home, "state"), ...keys, buckets: ["images"] });
  place = { endpoint: server.endpoint, region: "r-1", bucket: "images", publicUrlTemplate: null, ...keys };
});
afterAll(async () => {
  await server?.close();
  await rm(home, { recursive: true, force: true });
});

async function stage(key: string): Promise<void> {
  const path = join(home, "file");
  await writeFile(path, "private");
  const ignore = { resume: null, onUploadId: async () => {}, onProgress: () => {}, signal };
  const file = { key, path, sizeBytes: 7, contentType: "text/plain", access: "private" } as const;
  await createS3Store(place).upload({ ...file, ...ignore });
}

describe("a signed link", () => {
  it.each(["plain.img", "t/a:b/ä ö+%25&=?#'(~)!*/50%.img"])("opens the private object %s", async (key) => {
    await stage(key);
    const url = presign("GET", place, key, { expiresInMs, nowMs: Date.now() });
    expect(await (await fetch(url)).text()).toBe("private");
    expect(url).not.toContain(keys.secretAccessKey);
  });

  it("is good for its method, its object and its time", async () => {
    await stage("k");
    const nowMs = Date.now();
    const get = presign("GET", place, "k", { expiresInMs, nowMs });
    const head = presign("HEAD", place, "k", { expiresInMs, nowMs });
    const statusOf = async (url: string, method = "GET"): Promise<number> =>
      (await fetch(url, { method })).status;
    expect([await statusOf(get), await statusOf(head, "HEAD")]).toEqual([200, 200]);
    expect([await statusOf(head), await statusOf(get, "HEAD")]).toEqual([403, 403]);
    expect(await statusOf(get.replace("/k?", "/other?"))).toBe(403);
    expect(await statusOf(presign("GET", place, "k", { expiresInMs, nowMs: nowMs - 61_000 }))).toBe(403);
  });

  it.each([0, -1, Number.NaN, 604_801_000])("cannot be made for %d ms", (wrongMs) => {
    expect(() => presign("GET", place, "k", { expiresInMs: wrongMs, nowMs: 0 })).toThrow("seven days");
  });
});

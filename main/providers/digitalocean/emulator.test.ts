import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { writeFileAtomic } from "#core/library/json-file.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { goodImage, serveImages, type ImageServer } from "#providers/emulation/testing/image-server.ts";
import {
  createJudge,
  createSchemaCheck,
  documentIsHere,
} from "#providers/emulation/testing/official-document.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { ImageSchema } from "./api.ts";
import { startHarness, testToken, type EmulatorHarness } from "./emulator-harness.ts";

const compared = documentIsHere("digitalocean");
if (!compared) process.stderr.write("SKIPPED: answers are not compared with the official document\n");

const patched = (bytes: Buffer, change: (bytes: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};
const good = goodImage();
const bootSector = patched(Buffer.alloc(1024 * 1024), (bytes) => bytes.writeUInt16LE(0xaa55, 510));
const files: Record<string, Buffer> = {
  good,
  raw: bootSector,
  gzipped: gzipSync(good),
  page: Buffer.from("\n<!DOCTYPE html><h1>Not an image</h1>"),
  text: Buffer.from("just text"),
  empty: Buffer.alloc(0),
  iso: patched(Buffer.alloc(40_000), (bytes) => void bytes.write("CD001", 32_769)),
  xz: Buffer.from("fd377a585a000004", "hex"),
  bzip2: Buffer.from("BZh91AY&SY"),
  backing: patched(good, (bytes) => bytes.writeBigUInt64BE(112n, 8)),
  external: patched(good, (bytes) => bytes.writeBigUInt64BE(4n, 72)),
  encrypted: patched(good, (bytes) => bytes.writeUInt32BE(1, 32)),
  shortened: good.subarray(0, 100_000),
  huge: patched(good, (bytes) => {
    bytes.writeBigUInt64BE(BigInt(200e9), 24);
    bytes.writeUInt32BE(400, 36);
  }),
  "vmdk-descriptor": Buffer.from("# Disk DescriptorFile\nversion=1\n"),
  "vmdk-extents": patched(Buffer.alloc(4096), (bytes) => void bytes.write("KDMV\u0001")),
  "bad-gzip": gzipSync(good).subarray(0, 200),
};

let server: ImageServer;
let harness: EmulatorHarness;
let importFault: ImportFault | null;

beforeAll(async () => {
  server = await serveImages(files);
});
afterAll(() => server.close());

const start = async (overrides: Parameters<typeof startHarness>[1] = {}): Promise<void> => {
  harness = await startHarness(
    { processes: nodeProcesses, writeFileAtomic },
    { faults: { import: () => importFault }, ...overrides },
  );
};
beforeEach(async () => {
  importFault = null;
  server.seen.length = 0;
  await start();
});
afterEach(async () => {
  await harness.close();
  expect(harness.problems()).toEqual([]);
});

async function call(method: string, path: string, body?: unknown, token = testToken) {
  const reply = await fetch(`${harness.emulator.apiBase}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return {
    status: reply.status,
    headers: reply.headers,
    body: text === "" ? null : (JSON.parse(text) as unknown),
  };
}
const imageOf = (reply: { body: unknown }) => z.object({ image: ImageSchema }).parse(reply.body).image;
const create = async (url: string) =>
  imageOf(await call("POST", "/v2/images", { name: "n", url, region: "nyc3" }));
async function settled(id: number) {
  const words: string[] = [];
  for (;;) {
    const image = imageOf(await call("GET", `/v2/images/${id}`));
    if (words.at(-1) !== image.status) words.push(image.status ?? "");
    if (image.status !== "NEW" && image.status !== "pending") return { image, words };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const outcome = async (url: string) => (await settled((await create(url)).id)).image;

describe("the emulator imports for real", () => {
  it.each(["good", "raw", "gzipped", "redirect-good"])("takes %s after HEAD and GET", async (name) => {
    const created = await create(server.url(name));
    expect(created).toMatchObject({ status: "NEW", regions: [], type: "custom", error_message: "" });
    const { image } = await settled(created.id);
    expect(image).toMatchObject({ status: "available", error_message: "", regions: ["nyc3"] });
    expect(image.min_disk_size).toBe(name === "raw" ? 1 : 2);
    expect(image.size_gigabytes).toBeGreaterThan(0);
    expect(server.seen[0]).toBe(`HEAD ${name}`);
    expect(server.seen.at(-1)).toBe(`GET ${name.replace("redirect-", "")}`);
    const kept = harness.emulator.imported(String(created.id));
    const bytes = files[name.replace("redirect-", "")] ?? Buffer.alloc(0);
    expect(kept?.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    const content = await readFile(kept?.path ?? "");
    expect(content.equals(name === "gzipped" ? good : bytes)).toBe(true);
  });

  it.each([
    ["page", "web page"],
    ["text", "format is not known"],
    ["empty", "empty file"],
    ["iso", "an ISO"],
    ["xz", "We don't support the compression format of your image"],
    ["bzip2", "bzip2"],
    ["backing", "backing file"],
    ["external", "another file"],
    ["encrypted", "encrypted"],
    ["shortened", "cut off"],
    ["huge", "larger than 100 GB"],
    ["vmdk-descriptor", "other files"],
    ["vmdk-extents", "other files"],
    ["bad-gzip", "decompressed"],
    ["nothing-there", "HEAD with 404"],
    ["nohead-good", "HEAD with 403"],
    ["cut-good", "unexpected EOF"],
    ["away-good", "must be an http"],
  ])("ends %s as deleted: %s", async (name, words) => {
    const image = await outcome(server.url(name));
    expect(image).toMatchObject({ status: "deleted", regions: [] });
    expect(image.error_message).toContain(words);
    expect(await readdir(join(harness.folder, "images"))).toEqual([]);
  });

  it.each([
    "http://192.0.2.1/x",
    "http://example.invalid/x",
    "http://localhost.example.invalid/x",
    "ftp://127.0.0.1/x",
  ])("does not reach for %s", async (url) => {
    expect((await outcome(url)).error_message).toMatch(/this machine only|must be an http/);
  });

  it("keeps what it has over a restart and begins an interrupted import again", async () => {
    const first = await outcome(server.url("good"));
    importFault = { kind: "stuck" };
    const stuck = await create(server.url("raw"));
    expect(["NEW", "pending"]).toContain(imageOf(await call("GET", `/v2/images/${stuck.id}`)).status);
    importFault = null;
    await harness.restart();
    expect(imageOf(await call("GET", `/v2/images/${first.id}`))).toEqual(first);
    expect((await settled(stuck.id)).image.status).toBe("available");
  });

  it("deletes with its bytes, also while it imports", async () => {
    const { id } = await outcome(server.url("good"));
    importFault = { kind: "stuck" };
    const stuck = await create(server.url("good"));
    for (const gone of [id, stuck.id]) {
      expect((await call("DELETE", `/v2/images/${gone}`)).status).toBe(204);
      expect((await call("DELETE", `/v2/images/${gone}`)).status).toBe(404);
    }
    expect(await readdir(join(harness.folder, "images"))).toEqual([]);
  });

  it("can vanish without a word and fail with one", async () => {
    importFault = { kind: "vanish" };
    expect(await outcome(server.url("good"))).toMatchObject({ status: "deleted", error_message: "" });
    importFault = { kind: "fail", message: "no room" };
    expect(await outcome(server.url("good"))).toMatchObject({ status: "deleted", error_message: "no room" });
    expect((await call("GET", "/v2/images?private=true")).body).toMatchObject({
      images: [],
      meta: { total: 0 },
    });
  });
});

describe("the emulator's API", () => {
  it("renames, transfers and tells of the action", async () => {
    const { id } = await outcome(server.url("raw"));
    const renamed = await call("PUT", `/v2/images/${id}`, {
      name: "new",
      distribution: "Debian",
      description: "d",
    });
    expect(imageOf(renamed)).toMatchObject({ name: "new", distribution: "Debian", description: "d" });
    const { body, status } = await call("POST", `/v2/images/${id}/actions`, {
      type: "transfer",
      region: "ams3",
    });
    expect(status).toBe(201);
    const ActionReply = z.object({ action: z.looseObject({ id: z.number(), status: z.string() }) });
    const { action } = ActionReply.parse(body);
    if (compared) expect(createSchemaCheck("digitalocean", "action")(action)).toBe(true);
    await expect
      .poll(
        async () =>
          ActionReply.parse((await call("GET", `/v2/images/${id}/actions/${action.id}`)).body).action.status,
      )
      .toBe("completed");
    expect(imageOf(await call("GET", `/v2/images/${id}`)).regions).toEqual(["nyc3", "ams3"]);
    expect((await call("GET", `/v2/images/${id}/actions`)).body).toMatchObject({ meta: { total: 1 } });
  });

  it("pages with absolute links and a total", async () => {
    await harness.fill(45);
    const seen: number[] = [];
    const PageSchema = z.object({
      images: z.array(ImageSchema),
      links: z.object({ pages: z.object({ next: z.url().optional(), prev: z.url().optional() }) }),
      meta: z.object({ total: z.literal(45) }),
    });
    let path: string | undefined = "/v2/images?private=true";
    while (path !== undefined) {
      const { images, links } = PageSchema.parse((await call("GET", path)).body);
      seen.push(images.length);
      path = links.pages.next?.slice(harness.emulator.apiBase.length);
    }
    expect(seen).toEqual([20, 20, 5]);
    expect((await call("GET", "/v2/images?type=application")).body).toMatchObject({ images: [] });
  });

  it("answers wrong requests in the document's shape", async () => {
    const { id } = await create(server.url("raw"));
    const answers = [
      await call("GET", "/v2/images", undefined, "wrong"),
      await call("GET", "/v2/account"),
      await call("GET", "/v2/images/1"),
      await call("GET", "/v2/nothing"),
      await call("POST", "/v2/images", { name: "n", region: "nyc3" }),
      await call("GET", "/v2/images?per_page=200&page=9"),
      await call("GET", `/v2/images/${id}/actions/7`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 404, 404, 422, 200, 404]);
    expect(answers[0]?.body).toMatchObject({ id: "unauthorized", message: "Unable to authenticate you" });
    expect(answers[2]?.body).toMatchObject({ id: "not_found" });
  });

  it("limits the rate with the documented headers", async () => {
    await harness.close();
    await start({ rateLimit: { perHour: 3, perMinute: 2, keyListsPerMinute: 10 } });
    const answers = [];
    for (let count = 0; count < 4; count++) answers.push(await call("GET", "/v2/account"));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual(["2", "1", "0", "0"]);
    // The burst limit tells when to come back, the hourly one only by its reset.
    expect(Number(answers[2]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answers[3]?.headers.get("retry-after")).toBeNull();
  });
});

describe.runIf(compared)("the comparison with the official document", () => {
  const url = new URL("http://127.0.0.1/v2/images?private=true");
  const headers = { "ratelimit-limit": "1", "ratelimit-remaining": "1", "ratelimit-reset": "1" };
  const reply = { method: "GET", url, requestBody: undefined, status: 200, headers, requestHeaders: {} };
  const body = { images: [], links: {}, meta: { total: 0 } };
  it("finds what is wrong", () => {
    const judge = createJudge("digitalocean");
    expect(judge({ ...reply, responseBody: body })).toEqual([]);
    expect(judge({ ...reply, responseBody: { ...body, meta: {} } })[0]).toContain("total");
    expect(judge({ ...reply, responseBody: { ...body, images: [{ status: "ready" }] } })[0]).toContain(
      "status",
    );
    expect(judge({ ...reply, responseBody: body, headers: {} })).toHaveLength(3);
    expect(judge({ ...reply, url: new URL("http://x/v2/images?privat=1"), responseBody: body })[0]).toContain(
      "privat",
    );
    const post = { ...reply, method: "POST", url: new URL("http://x/v2/images"), status: 202 };
    const image = { image: { id: 1, error_message: "", tags: null } };
    expect(judge({ ...post, requestBody: { name: "x", url: "u" }, responseBody: image })[0]).toContain(
      "region",
    );
    expect(
      judge({ ...post, requestBody: { name: "x", url: "u", region: "nyc3" }, responseBody: image }),
    ).toEqual([]);
  });
});

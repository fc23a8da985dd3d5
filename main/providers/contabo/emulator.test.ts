import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { writeFileAtomic } from "#core/library/json-file.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { goodImage, serveImages, type ImageServer } from "#providers/emulation/testing/image-server.ts";
import { createJudge, documentIsHere } from "#providers/emulation/testing/official-document.ts";
import type { RecordedEmulator } from "#providers/emulation/testing/recorded-emulator.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { ImageSchema } from "./api.ts";
import { accountWith, startPlatformHarness } from "./emulator-harness.ts";
import { startContaboEmulator } from "./emulator.ts";
import { platform } from "./manifest.ts";

const compared = documentIsHere("contabo");
if (!compared) process.stderr.write("SKIPPED: answers are not compared with Contabo's document\n");

const patched = (bytes: Buffer, change: (bytes: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};
const good = goodImage();
const iso = patched(Buffer.alloc(20 * 2_048), (bytes) => {
  bytes.write("\u0001CD001\u0001", 32_768, "latin1");
  bytes.writeUInt32LE(20, 32_768 + 80);
});
const files: Record<string, Buffer> = {
  good,
  iso,
  "hybrid.iso": patched(iso, (bytes) => bytes.writeUInt16LE(0xaa55, 510)),
  "disk.qcow2.gz": gzipSync(good),
  "raw.qcow2": patched(Buffer.alloc(40_000), (bytes) => bytes.writeUInt16LE(0xaa55, 510)),
  page: Buffer.from("<!DOCTYPE html><h1>Sign in</h1>"),
  empty: Buffer.alloc(0),
  backing: patched(good, (bytes) => bytes.writeBigUInt64BE(112n, 8)),
  shortened: good.subarray(0, 100_000),
  "short.iso": patched(iso, (bytes) => bytes.writeUInt32LE(21, 32_768 + 80)),
};

let server: ImageServer;
let harness: RecordedEmulator;
let importFault: ImportFault | null;
let token: string;

beforeAll(async () => {
  server = await serveImages(files);
});
afterAll(() => server.close());
beforeEach(async () => {
  importFault = null;
  harness = await startPlatformHarness(platform, startContaboEmulator, {
    processes: nodeProcesses,
    writeFileAtomic,
    importFault: () => importFault,
  });
  token = (await grant()).access_token ?? "";
});
afterEach(async () => {
  await harness.close();
  expect(harness.problems()).toEqual([]);
});

async function grant(change: Record<string, string> = {}) {
  const {
    tokenUrl = "",
    clientId = "",
    clientSecret = "",
    username = "",
    password = "",
  } = harness.emulator.fields;
  const form = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: "password",
    username,
    password,
  };
  const reply = await fetch(tokenUrl, { method: "POST", body: new URLSearchParams({ ...form, ...change }) });
  const body = z.object({
    access_token: z.string().optional(),
    refresh_token: z.string().optional(),
    error: z.string().optional(),
  });
  return { status: reply.status, ...body.parse(await reply.json()) };
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const reply = await fetch(`${harness.emulator.apiBase}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      "x-request-id": crypto.randomUUID(),
      "content-type": "application/json",
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === "" ? null : (JSON.parse(text) as unknown) };
}
const dataOf = <S extends z.ZodType>(schema: S, reply: { body: unknown }): z.output<S>[] =>
  z.object({ data: z.array(schema) }).parse(reply.body).data;
const post = (url: string) =>
  call("POST", "/v1/compute/images", { name: "n", url, osType: "Linux", version: "12" });
async function create(url: string): Promise<string> {
  const [created] = dataOf(z.object({ imageId: z.uuid() }), await post(url));
  return created?.imageId ?? "";
}
const look = async (id: string) => {
  const [image] = dataOf(ImageSchema, await call("GET", `/v1/compute/images/${id}`));
  if (image === undefined) throw new Error("no image");
  return image;
};
async function settled(id: string) {
  const words: string[] = [];
  for (;;) {
    const image = await look(id);
    if (words.at(-1) !== image.status) words.push(image.status);
    if (image.status !== "Pending" && image.status !== "Downloading") return { image, words };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the emulator imports for real", () => {
  it.each(["good", "iso", "hybrid.iso"])("takes %s by its content", async (name) => {
    const id = await create(server.url(name));
    expect((await look(id)).status).toMatch(/Pending|Downloading/);
    const { image } = await settled(id);
    expect(image).toMatchObject({
      status: "Downloaded",
      errorMessage: "",
      format: name === "good" ? "qcow2" : "iso",
    });
    expect(image.uploadedSizeMb).toBe(image.sizeMb);
    const bytes = files[name] ?? Buffer.alloc(0);
    const kept = harness.emulator.imported(id);
    expect(kept?.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect((await readFile(kept?.path ?? "")).equals(bytes)).toBe(true);
  });

  it.each(["disk.qcow2.gz", "raw.qcow2", "page", "empty"])("answers 415 to %s", async (name) => {
    const reply = await post(server.url(name));
    expect(reply).toMatchObject({ status: 415, body: { statusCode: 415 } });
    expect(await readdir(harness.folder)).not.toContain("images");
  });

  it.each([
    ["backing", "backing file"],
    ["shortened", "cut off"],
    ["short.iso", "cut off"],
    ["nothing-there", "404"],
    ["nohead-good", "HEAD with 403"],
    ["cut-good", "unexpected EOF"],
  ])("ends %s as Error: %s", async (name, words) => {
    const { image } = await settled(await create(server.url(name)));
    expect(image.status).toBe("Error");
    expect(image.errorMessage).toContain(words);
    expect(await readdir(join(harness.folder, "images")).catch(() => [])).toEqual([]);
  });

  it("does not reach beyond this machine", async () => {
    const { image } = await settled(await create("http://192.0.2.1/x.qcow2"));
    expect(image.errorMessage).toContain("this machine only");
  });

  it("shows how far it is", async () => {
    const half = good.length / 2;
    const { createServer } = await import("node:http");
    const release = Promise.withResolvers<void>();
    const slow = createServer((request, response) => {
      response.writeHead(200, { "content-length": good.length });
      if (request.method === "HEAD") return response.end();
      response.write(good.subarray(0, half));
      return void release.promise.then(() => response.end(good.subarray(half)));
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const address = slow.address();
    const port = typeof address === "object" ? address?.port : 0;
    const id = await create(`http://127.0.0.1:${port}/slow.qcow2`);
    const share = async () => {
      const { sizeMb, uploadedSizeMb, status } = await look(id);
      return { status, share: Math.round(((uploadedSizeMb ?? 0) / (sizeMb || 1)) * 100) };
    };
    await expect.poll(share).toEqual({ status: "Downloading", share: 50 });
    release.resolve();
    expect((await settled(id)).image.status).toBe("Downloaded");
    slow.close();
    slow.closeAllConnections();
  });

  it("holds 25 GB, and refuses what does not fit", async () => {
    const stats = async () => (await call("GET", "/v1/compute/images/stats")).body;
    expect(await stats()).toMatchObject({
      data: [{ currentImagesCount: 0, totalSizeMb: 25_600, usedSizeMb: 0, freeSizeMb: 25_600 }],
    });
    await harness.refill({ ...accountWith(1), quotaBytes: 460_000 });
    const { image } = await settled(await create(server.url("good")));
    expect(image).toMatchObject({
      status: "Error",
      errorMessage: "Not enough free space for custom images.",
    });
    await harness.refill({ ...accountWith(1), quotaBytes: 450_000 });
    expect(await post(server.url("good"))).toMatchObject({ status: 402, body: { statusCode: 402 } });
    expect(await stats()).toMatchObject({ data: [{ currentImagesCount: 1, freeSizeMb: 0 }] });
  });

  it("keeps what it has over a restart and begins an interrupted import again", async () => {
    const first = (await settled(await create(server.url("good")))).image;
    importFault = { kind: "stuck" };
    const stuck = await create(server.url("iso"));
    importFault = null;
    await harness.restart();
    expect(await look(first.imageId)).toEqual(first);
    expect((await settled(stuck)).image.status).toBe("Downloaded");
  });

  it("deletes with its bytes, also while it imports", async () => {
    const done = (await settled(await create(server.url("good")))).image.imageId;
    importFault = { kind: "stuck" };
    const stuck = await create(server.url("good"));
    for (const id of [done, stuck]) {
      expect((await call("DELETE", `/v1/compute/images/${id}`)).status).toBe(204);
      expect((await call("DELETE", `/v1/compute/images/${id}`)).status).toBe(404);
    }
    expect(await readdir(join(harness.folder, "images"))).toEqual([]);
  });
});

describe("the emulator's API", () => {
  it("lists own images, the provider's, or both, in pages with links", async () => {
    await harness.refill(accountWith(25));
    const count = async (query: string) =>
      dataOf(ImageSchema, await call("GET", `/v1/compute/images?size=100${query}`)).length;
    expect([
      await count(""),
      await count("&standardImage=false"),
      await count("&standardImage=true"),
    ]).toEqual([26, 25, 1]);
    const { body } = await call("GET", "/v1/compute/images?standardImage=false&page=3");
    expect(body).toMatchObject({
      _pagination: { page: 3, size: 10, totalPages: 3, totalElements: 25 },
      _links: { previous: "/v1/compute/images?page=2&size=10" },
    });
    expect(await count("&standardImage=false&page=9")).toBe(0);
  });

  it("answers wrong requests in the shape that the publisher's tool reads", async () => {
    const id = await create(server.url("good"));
    const answers = [
      await call("GET", "/v1/compute/images", undefined, { authorization: "Bearer x.y.z" }),
      await call("GET", "/v1/compute/images", undefined, { "x-request-id": "not-a-uuid" }),
      await call("GET", "/v1/compute/images/00000000-0000-4000-8000-000000000000"),
      await call("GET", "/v1/nothing"),
      await call("POST", "/v1/compute/images", { name: "n", url: "u" }),
      await call("PUT", "/v1/compute/instances/30001", { imageId: id, sshKeys: [1] }),
      await call("PUT", "/v1/compute/instances/1", { imageId: id }),
      await call("POST", "/v1/compute/instances", { imageId: id, period: 2 }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 404, 404, 400, 404, 404, 400]);
    for (const { status, body } of answers) expect(body).toMatchObject({ statusCode: status });
  });

  it("installs and orders instances, the add-on with them", async () => {
    const id = (await settled(await create(server.url("good")))).image.imageId;
    const order = { imageId: id, period: 1, region: "EU", productId: "V92" };
    expect((await call("POST", "/v1/compute/instances", order)).status).toBe(402);
    const ordered = await call("POST", "/v1/compute/instances", { ...order, addOns: { customImage: {} } });
    expect(ordered).toMatchObject({ status: 201, body: { data: [{ status: "provisioning", imageId: id }] } });
    expect((await call("PUT", "/v1/compute/instances/30001", { imageId: id, userData: "#" })).status).toBe(
      200,
    );
    await expect
      .poll(async () =>
        dataOf(
          z.object({ status: z.string(), imageId: z.string() }),
          await call("GET", "/v1/compute/instances"),
        ),
      )
      .toEqual([
        { status: "running", imageId: id },
        { status: "running", imageId: id },
      ]);
    const secret = { name: "k", type: "ssh", value: "ssh-ed25519 AAAA k" };
    expect((await call("POST", "/v1/secrets", secret)).status).toBe(201);
    expect(dataOf(z.object({ name: z.string() }), await call("GET", "/v1/secrets?type=ssh"))).toHaveLength(2);
  });

  it("grants and refuses tokens in Keycloak's words", async () => {
    expect(await grant({ password: "x" })).toMatchObject({ status: 401, error: "invalid_grant" });
    expect(await grant({ client_secret: "x" })).toMatchObject({ status: 401, error: "invalid_client" });
    expect(await grant({ grant_type: "implicit" })).toMatchObject({
      status: 400,
      error: "unsupported_grant_type",
    });
    const { refresh_token: refresh = "", access_token: access = "" } = await grant();
    expect((await grant({ grant_type: "refresh_token", refresh_token: refresh })).status).toBe(200);
    // Neither token does the other's work.
    expect(await grant({ grant_type: "refresh_token", refresh_token: access })).toMatchObject({
      status: 400,
    });
    const wrongUse = { authorization: `Bearer ${refresh}` };
    expect((await call("GET", "/v1/compute/images", undefined, wrongUse)).status).toBe(401);
  });

  it("lets a token die", async () => {
    await harness.close();
    harness = await startPlatformHarness(platform, startContaboEmulator, {
      processes: nodeProcesses,
      writeFileAtomic,
      lifetimes: { accessSeconds: 1, refreshSeconds: 1 },
    });
    const { access_token: access = "", refresh_token: refresh = "" } = await grant();
    token = access;
    await expect
      .poll(async () => (await call("GET", "/v1/compute/images")).status, { timeout: 10_000 })
      .toBe(401);
    expect((await grant({ grant_type: "refresh_token", refresh_token: refresh })).status).toBe(400);
  });
});

describe.runIf(compared)("the comparison with the official document", () => {
  it("finds what is wrong", () => {
    const judge = createJudge("contabo");
    const exchange = {
      method: "GET",
      url: new URL("http://127.0.0.1/v1/compute/images/stats"),
      requestHeaders: { "x-request-id": "04e0f898-37b4-48bc-a794-1a57abe6aa31" },
      requestBody: undefined,
      status: 200,
      headers: {},
    };
    const stats = { currentImagesCount: 0, totalSizeMb: 1, usedSizeMb: 0, freeSizeMb: 1 };
    const body = { data: [{ tenantId: "DE", customerId: "1", ...stats }], _links: { self: "/" } };
    expect(judge({ ...exchange, responseBody: body })).toEqual([]);
    expect(judge({ ...exchange, requestHeaders: {}, responseBody: body })[0]).toContain(
      "x-request-id is missing",
    );
    expect(judge({ ...exchange, responseBody: { ...body, data: [{}] } }).length).toBeGreaterThan(3);
    expect(judge({ ...exchange, status: 204, responseBody: null })[0]).toContain(
      "204 is not in the document",
    );
    const list = new URL("http://x/v1/compute/images?standardImage=maybe");
    expect(judge({ ...exchange, url: list, responseBody: {} })[0]).toContain("standardImage");
  });
});

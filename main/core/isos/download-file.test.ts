import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Clock } from "#ports/ports.ts";
import { startTlsFront } from "#e2e/servers/tls-front.ts";
import { downloadFile, partPath, type Download } from "./download-file.ts";

const content = randomBytes(3_000_000);
const sha256 = createHash("sha256").update(content).digest("hex");
const clock: Clock = { nowIso: () => "2026-01-01T00:00:00.000Z", nowMs: () => 0, sleep: async () => {} };
let folder: string;
let server: Server;
let asked: string[];
let serve: (request: IncomingMessage, response: ServerResponse) => void;

/** A server with ranges and an ETag. */
const whole =
  (bytes = content, etag = '"v1"') =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const from = range !== null && (request.headers["if-range"] ?? etag) === etag ? Number(range[1]) : 0;
    const rest = bytes.subarray(from);
    const headers = { etag, "content-length": rest.length };
    if (from === 0) response.writeHead(200, headers).end(rest);
    else if (rest.length === 0) response.writeHead(416).end();
    else
      response
        .writeHead(206, { ...headers, "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
        .end(rest);
  };

/** Breaks the connection after so many bytes of the answer's body. */
const cutAfter =
  (sizeBytes: number, bytes = content) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const from = range === null ? 0 : Number(range[1]);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"v1"',
      "content-length": bytes.length - from,
      "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    });
    response.write(bytes.subarray(from, from + sizeBytes), () => response.destroy());
  };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-download-"));
  asked = [];
  serve = whole();
  server = createServer((request, response) => {
    asked.push(request.headers.range ?? "all");
    serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const path = (): string => join(folder, "x.iso");
const fetchIt = (change: Partial<Download> = {}): Promise<{ sizeBytes: number }> =>
  downloadFile({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.iso`,
    path: path(),
    sha256,
    signal: AbortSignal.timeout(10_000),
    clock,
    onProgress: () => {},
    onMessage: () => {},
    timing: { silenceMs: 2_000, barrenTries: 3, pauseMs: 1 },
    ...change,
  });
const expectWhole = async (): Promise<void> => {
  expect((await readFile(path())).equals(content)).toBe(true);
  await expect(stat(partPath(path()))).rejects.toThrow("ENOENT");
};

it("fetches, proves and names the file, and tells its progress", async () => {
  const seen: number[] = [];
  expect(await fetchIt({ onProgress: (done) => seen.push(done) })).toEqual({ sizeBytes: content.length });
  await expectWhole();
  expect(seen.at(-1)).toBe(content.length);
});

it("goes on by itself over broken connections, asking only for the rest", async () => {
  let cuts = 3;
  serve = (request, response) => (cuts-- > 0 ? cutAfter(500_000) : whole())(request, response);
  await fetchIt();
  await expectWhole();
  expect(asked[0]).toBe("all");
  expect(asked.slice(1).every((range) => /^bytes=[1-9]\d+-$/.test(range))).toBe(true);
});

it("goes on in a later process after a cancel", async () => {
  const stop = new AbortController();
  serve = cutAfter(1_000_000);
  const cut = fetchIt({ signal: stop.signal, onMessage: (text) => text.includes("again") && stop.abort() });
  await expect(cut).rejects.toMatchObject({ code: "cancelled" });
  expect((await stat(partPath(path()))).size).toBeGreaterThan(0);
  serve = whole();
  asked = [];
  await fetchIt();
  await expectWhole();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^bytes=\d+-$/);
});

it("starts afresh when the file has changed on the server meanwhile", async () => {
  const old = randomBytes(content.length);
  let first = true;
  serve = (request, response) => {
    if (first) cutAfter(700_000, old)(request, response);
    else whole(content, '"v2"')(request, response);
    first = false;
  };
  await fetchIt();
  await expectWhole();
});

it("removes what is not the listed file", async () => {
  serve = whole(randomBytes(content.length));
  await expect(fetchIt()).rejects.toMatchObject({ code: "verify-failed", retry: "now" });
  await expect(stat(partPath(path()))).rejects.toThrow("ENOENT");
  await expect(stat(path())).rejects.toThrow("ENOENT");
});

it("sees a damaged part on the disk", async () => {
  const stop = new AbortController();
  serve = cutAfter(1_000_000);
  const cut = fetchIt({ signal: stop.signal, onMessage: (text) => text.includes("again") && stop.abort() });
  await expect(cut).rejects.toMatchObject({ code: "cancelled" });
  const part = await readFile(partPath(path()));
  part[0] = (part[0] ?? 0) ^ 0xff;
  await writeFile(partPath(path()), part);
  serve = whole();
  await expect(fetchIt()).rejects.toMatchObject({ code: "verify-failed" });
  await fetchIt();
  await expectWhole();
});

it.each([
  ["refuses", 404, "provider-error"],
  ["is in trouble", 503, "network"],
])("says so when the server %s (%i)", async (_, status, code) => {
  serve = (__, response) => response.writeHead(status).end("sorry");
  await expect(fetchIt()).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(code === "network" ? 3 : 1);
});

it("gives up a server that falls silent", async () => {
  serve = (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 1000));
  };
  const silent = fetchIt({ timing: { silenceMs: 60, barrenTries: 2, pauseMs: 1 } });
  await expect(silent).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("nothing for too long") as string,
  });
});

it("says that nobody is there, and does not try again where a certificate is not trusted", async () => {
  const front = await startTlsFront(folder, "localhost", (server.address() as AddressInfo).port);
  const told: string[] = [];
  const onMessage = (text: string): void => void told.push(text);
  await expect(fetchIt({ url: `https://localhost:${front.port}/x.iso`, onMessage })).rejects.toMatchObject({
    code: "network",
    retry: "never",
    message: expect.stringContaining("whose issuer is not trusted here") as string,
  });
  expect(told).toEqual([]);
  await front.close();
  await expect(fetchIt({ url: `https://localhost:${front.port}/x.iso`, onMessage })).rejects.toMatchObject({
    message: expect.stringContaining("refuses connections") as string,
  });
  expect(told).toHaveLength(2);
});

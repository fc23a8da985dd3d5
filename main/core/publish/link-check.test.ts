import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "#ports/ports.ts";
import { checkLink } from "./link-check.ts";

const bytes = Buffer.from("QFI\u00fb".padEnd(10_000, "x"), "latin1");
let folder: string;
let path: string;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[];

const serve =
  (content: Buffer, headers: Record<string, string> = {}) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (request.method === "HEAD" || range === null) {
      response.writeHead(200, { "content-length": content.length, ...headers });
      response.end(request.method === "HEAD" ? undefined : content);
      return;
    }
    const part = content.subarray(Number(range[1]), Number(range[2]) + 1);
    const end = Number(range[1]) + part.length - 1;
    response
      .writeHead(206, { "content-range": `bytes ${range[1]}-${end}/${content.length}`, ...headers })
      .end(part);
  };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-link-"));
  path = join(folder, "disk");
  await writeFile(path, bytes);
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers.range ?? ""}`.trim());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const clock: Clock = { nowIso: () => "", nowMs: () => 0, sleep: async () => {} };
const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/key`;
const check = (): Promise<void> =>
  checkLink(
    { url: address(), headUrl: address() },
    { path, sizeBytes: bytes.length },
    clock,
    AbortSignal.timeout(5_000),
  );

describe("link check", () => {
  it("is content with the right bytes after HEAD and a ranged GET", async () => {
    answer = serve(bytes);
    await check();
    expect(asked).toEqual(["HEAD", "GET bytes=0-4095"]);
  });

  it("is content with a server that knows no ranges, and reads no further than needed", async () => {
    answer = (request, response) => {
      delete request.headers.range;
      serve(bytes)(request, response);
    };
    await check();
  });

  it("gives a store a moment to show a new object", async () => {
    answer = (request, response) =>
      asked.length < 3 ? response.writeHead(404).end() : serve(bytes)(request, response);
    await check();
  });

  it.each([
    [
      "is private",
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(403).end(),
      "without keys",
    ],
    [
      "is gone",
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(404).end(),
      "HEAD with 404",
    ],
    [
      "redirects",
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location: "/login" }).end(),
      "redirects",
    ],
    ["is a page", serve(bytes, { "content-type": "text/html; charset=utf-8" }), "web page"],
    ["has another length", serve(bytes.subarray(1)), "length of 9999"],
    ["has other bytes", serve(Buffer.alloc(bytes.length)), "other bytes"],
    [
      "answers another range",
      (request: IncomingMessage, response: ServerResponse) =>
        request.method === "HEAD"
          ? serve(bytes)(request, response)
          : response.writeHead(206, { "content-range": "bytes 5-9/10000" }).end("xxxxx"),
      "another part",
    ],
    [
      "answers HEAD only",
      (request: IncomingMessage, response: ServerResponse) =>
        request.method === "HEAD" ? serve(bytes)(request, response) : response.writeHead(403).end(),
      "GET answers 403",
    ],
  ])("says that the object %s", async (_, behave, words) => {
    answer = behave;
    await expect(check()).rejects.toMatchObject({
      code: "staging-failed",
      retry: "later",
      message: expect.stringContaining(words) as string,
    });
  });
});

import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { openReply } from "./open-reply.ts";

let server: Server;
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

/** Answers every connection with these bytes and closes it, as servers of HTTP/1.0 do. */
async function serve(answer: (request: string) => (string | Buffer)[]): Promise<string> {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (request) => {
      for (const piece of answer(request.toString())) socket.write(piece);
      socket.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const head = (length: number, status = "200 OK"): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\nConnection: close\r\nX-Told: yes\r\n\r\n`;
const signal = (): AbortSignal => AbortSignal.timeout(10_000);

it("survives a server that closes behind a body which is read slowly, or not at all", async () => {
  const body = Buffer.alloc(64 * 1024, "a"); // one read of the socket: its end is seen while the body is not taken
  const url = await serve(() => [head(body.length), body]);
  const unread = await openReply(url, { signal: signal() });
  const slow = await openReply(url, { signal: signal() });
  await sleep(100);
  let bytes = 0;
  for await (const piece of slow.body as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    await sleep(1);
  }
  expect(bytes).toBe(body.length);
  await unread.body?.cancel();
  expect(unread.headers.get("x-told")).toBe("yes");
});

it("fails where the body ends too early, or is cancelled in the middle", async () => {
  const url = await serve(() => [head(300_000), Buffer.alloc(100_000)]);
  await expect((await openReply(url, { signal: signal() })).arrayBuffer()).rejects.toThrow();
  const abort = new AbortController();
  const reply = await openReply(url, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await expect(reply.arrayBuffer()).rejects.toThrow();
  await expect(openReply(url, { signal: abort.signal })).rejects.toThrow("enough");
});

it("follows as many redirects as it is told", async () => {
  const url = await serve((request) =>
    request.startsWith("GET /there")
      ? [head(2), "ok"]
      : ["HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
  );
  expect((await openReply(url, { signal: signal() })).status).toBe(302);
  const reply = await openReply(url, { signal: signal(), mostRedirects: 1 });
  expect([reply.status, await reply.text()]).toEqual([200, "ok"]);
});

it("answers HEAD without waiting for a body", async () => {
  const url = await serve(() => [head(1_000_000)]);
  const reply = await openReply(url, { method: "HEAD", signal: signal() });
  expect([reply.headers.get("content-length"), reply.body]).toEqual(["1000000", null]);
});

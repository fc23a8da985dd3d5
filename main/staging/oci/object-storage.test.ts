import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { connectObjectStorage, type Exchange } from "./object-storage.ts";
import { Refusal } from "./refusal.ts";
import type { RequestSigner } from "./request-signer.ts";

/** Patient, because a machine under load is no failure. */
const eventually = (look: () => unknown) => expect.poll(look, { timeout: 15_000 });

const MiB = 1024 * 1024;
const signal = AbortSignal.timeout(15_000);
const signer: RequestSigner = { sign: () => ({ authorization: "signed" }), correctClock: () => null };
let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function serve(answer: RequestListener): Promise<Exchange> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return connectObjectStorage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, signer, 2);
}
const refusalOf = (work: Promise<unknown>): Promise<Refusal> =>
  work.then(
    () => {
      throw new Error("it succeeded");
    },
    (error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    },
  );
const content = (sizeBytes: number) => ({
  stream: Readable.from([Buffer.alloc(sizeBytes)], { objectMode: false }),
  sizeBytes,
});

describe("object storage", () => {
  it("hears a refusal that comes before the content was read", async () => {
    const exchange = await serve((_, response) => {
      response.writeHead(413, { "content-type": "application/json", "opc-request-id": "R1" });
      response.end('{"code":"RequestEntityTooLarge","message":"no"}');
    });
    const put = { method: "PUT", path: "/o", signal } as const;
    for (let twice = 0; twice < 2; twice++) {
      const refusal = await refusalOf(exchange({ ...put, content: content(64 * MiB) }));
      expect(refusal).toMatchObject({ status: 413, code: "RequestEntityTooLarge", requestId: "R1" });
    }
  });

  it("says when the content itself breaks off, and the server does not take it for whole", async () => {
    let arrived = "";
    const exchange = await serve((request) => {
      request.on("error", () => {}).on("close", () => (arrived = request.complete ? "whole" : "broken off"));
      request.resume();
    });
    const stream = new Readable({ read() {} });
    stream.push(Buffer.alloc(MiB));
    const sending = exchange({ method: "PUT", path: "/o", signal, content: { stream, sizeBytes: 2 * MiB } });
    setTimeout(() => stream.destroy(new Error("the disk failed")), 50);
    await expect(sending).rejects.toThrow("the disk failed");
    await eventually(() => arrived).toBe("broken off");
  });

  it("keeps a refusal's text within bounds, also when it is none", async () => {
    const exchange = await serve((_, response) => response.writeHead(502).end("<html>bad gateway"));
    const refusal = await refusalOf(exchange({ method: "GET", path: "/n", signal }));
    expect(refusal).toMatchObject({ status: 502, code: "", message: "status 502", requestId: null });
  });

  it("does not take a page for an answer", async () => {
    const exchange = await serve((_, response) => response.end("<html>"));
    await expect(exchange({ method: "GET", path: "/n", signal })).rejects.toThrow(SyntaxError);
  });

  it("gives up an answer that does not end", async () => {
    const exchange = await serve((_, response) => {
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(MiB), () => more()));
      more();
    });
    await expect(exchange({ method: "GET", path: "/n", signal })).rejects.toMatchObject({ code: "protocol" });
  });

  it("ends at once when it is cancelled", async () => {
    const exchange = await serve(() => {});
    const started = performance.now();
    const asked = exchange({ method: "GET", path: "/n", signal: AbortSignal.timeout(30) });
    await expect(asked).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { AddressInfo } from "node:net";
import { ArchiveError, bodyOf, type DebianArchive } from "./debian-archive.ts";
import type { UdebSuite } from "./udeb-suite.ts";

export interface Mirror extends AsyncDisposable {
  readonly port: number;
  /** What was asked for and could not be had or was not taken to its end, in order, with the reason. */
  readonly refused: readonly string[];
}

/**
 * A mirror on the loopback interface: the suite of udebs from here, everything else from the archive it stands for.
 * Files below `pool/` are kept, so that a second installation costs no download. `roots`: first part of the path
 * (`debian`) -> archive.
 */
export async function startMirror(
  roots: Readonly<Record<string, DebianArchive>>,
  suite: UdebSuite,
): Promise<Mirror> {
  const refused: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      refused.push(`${request.url ?? ""}: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(error instanceof ArchiveError ? error.status : 502).end();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? "").replace(/[?#].*$/, ""));
    const [, root = "", inside = ""] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const archive = roots[root];
    if (archive === undefined || inside.split("/").includes("..")) {
      refused.push(path);
      response.writeHead(404).end();
      return;
    }
    const text = suite.texts.get(inside);
    const made = suite.files.get(inside);
    if (text !== undefined) send(response, request, text);
    else if (made !== undefined) await sendFile(response, request, made);
    else if (inside.startsWith("pool/")) await sendFile(response, request, await archive.file(inside));
    else await passOn(archive, inside, request, response);
  }

  async function passOn(
    archive: DebianArchive,
    inside: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const upstream = await fetch(`${archive.base}/${inside}`, { method: request.method ?? "GET" });
    if (!upstream.ok) refused.push(`${request.url ?? ""}: ${upstream.status}`);
    const length = upstream.headers.get("content-length");
    response.writeHead(upstream.status, length === null ? {} : { "content-length": length });
    await pipeline(bodyOf(upstream), response);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, request: IncomingMessage, bytes: Uint8Array): void {
  response.writeHead(200, { "content-length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

async function sendFile(response: ServerResponse, request: IncomingMessage, path: string): Promise<void> {
  response.writeHead(200, { "content-length": (await stat(path)).size });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(path), response);
}

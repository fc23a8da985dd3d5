import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Exchange } from "./emulator.ts";
import type { EmulatorFaults, RequestFault } from "./faults.ts";

const bodyLimitBytes = 1024 * 1024;

export interface EmulatorRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, the fields of a form, or undefined when there was none. */
  readonly body: unknown;
  /** The body as it came, for signatures; empty for a streamed one. */
  readonly bytes: Buffer;
  /** Not read yet where `streams` says so. */
  readonly incoming: IncomingMessage;
}

/** An answer before it is sent. `body` null: none (204); a text is sent as JSON too. */
export interface EmulatorReply {
  status: number;
  headers?: Record<string, string>;
  body: object | string | null;
  /** Sends the answer itself (bytes of an object); status and headers are then its own business. */
  write?: (response: ServerResponse) => Promise<void>;
}

/** Why a request is refused before its content counts: injected by a test, or its body cannot be read. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
}

export interface JsonServerOptions {
  readonly port: number;
  readonly faults: EmulatorFaults;
  /** A refusal is to be answered in the provider's own shape. */
  readonly answer: (request: EmulatorRequest, refusal: Refusal | null) => Promise<EmulatorReply>;
  /** Requests whose body the answer reads from `incoming` itself. */
  readonly streams?: (request: { method: string; url: URL }) => boolean;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

export interface JsonServer {
  /** `http://127.0.0.1:<port>`. */
  readonly apiBase: string;
  /** Cuts all connections; resolves when nothing is at work any more. */
  close(): Promise<void>;
}

/** Starts a JSON API on loopback. Rejects with EADDRINUSE when the port is taken. */
export async function startJsonServer(options: JsonServerOptions): Promise<JsonServer> {
  // Loaded here because it brings the whole of undici along, which no command needs to start.
  const { createServer } = await import("node:http");
  const underway = new Set<Promise<void>>();
  const server = createServer((incoming, response) => {
    const work = respond(incoming, response)
      .catch(() => void response.destroy())
      .finally(() => underway.delete(work));
    underway.add(work);
  });
  const port = await listen(server, options.port);
  const apiBase = `http://127.0.0.1:${port}`;

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(incoming.url ?? "/", apiBase) ?? new URL(apiBase);
    const method = incoming.method ?? "";
    const fault = options.faults.request?.({ method, path: url.pathname }) ?? null;
    if (fault?.kind === "hang") return;
    const bytes = options.streams?.({ method, url }) === true ? Buffer.alloc(0) : await readBody(incoming);
    const body = bytes === null ? undefined : parsed(incoming.headers["content-type"] ?? "", bytes);
    const request = {
      method,
      url,
      headers: incoming.headers,
      body,
      bytes: bytes ?? Buffer.alloc(0),
      incoming,
    };
    const reply = await options
      .answer(request, refusalOf(fault, bytes, body))
      .catch(() => options.answer(request, { ...internal, retryAfterSeconds: null }));
    options.onExchange?.({
      method,
      url,
      requestHeaders: flat(incoming.headers),
      requestBody: body === notJson ? undefined : body,
      status: reply.status,
      headers: reply.headers ?? {},
      responseBody: reply.body,
    });
    if (fault?.kind === "slow") await delay(fault.delayMs);
    await send(response, reply, fault);
  }

  return {
    apiBase,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      // What was being answered may still write to disk.
      await Promise.all(underway);
    },
  };
}

const internal = { status: 500, message: "Unexpected server-side error" };

function refusalOf(fault: RequestFault | null, bytes: Buffer | null, body: unknown): Refusal | null {
  if (fault?.kind === "refuse") {
    const { status, retryAfterSeconds = null } = fault;
    return { status, message: `Injected failure ${status}`, retryAfterSeconds };
  }
  if (bytes === null) return { status: 413, message: "The request is too large.", retryAfterSeconds: null };
  if (body !== notJson) return null;
  return { status: 400, message: "The request body is not JSON.", retryAfterSeconds: null };
}

/** Binds to loopback only. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** null: more than an API request has. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > bodyLimitBytes) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const notJson = Symbol("not JSON");

function parsed(contentType: string, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString("utf8");
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );

async function send(
  response: ServerResponse,
  reply: EmulatorReply,
  fault: RequestFault | null,
): Promise<void> {
  if (fault?.kind === "lose-reply") {
    response.destroy();
    return;
  }
  if (reply.write !== undefined) return reply.write(response);
  const body = reply.body === null ? null : Buffer.from(JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    "x-request-id": randomUUID(),
    ...reply.headers,
    ...(body === null
      ? {}
      : { "content-type": "application/json; charset=utf-8", "content-length": body.length }),
  });
  if (fault?.kind === "cut-body") {
    response.write(body?.subarray(0, body.length / 2) ?? "", () => response.destroy());
    return;
  }
  response.end(body ?? undefined);
}

/** Whether two texts are equal; compares digests, so that neither length nor content shows in the time it takes. */
export function sameText(given: string | undefined, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given ?? ""), digest(wanted));
}

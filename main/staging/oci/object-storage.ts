import * as http from "node:http";
import * as https from "node:https";
import type { Readable } from "node:stream";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { agentOptions } from "../agent-options.ts";
import { Refusal } from "./refusal.ts";
import type { RequestSigner } from "./request-signer.ts";

export interface ObjectRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the endpoint, encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Bytes of an object or a part. */
  readonly content?: { readonly stream: Readable; readonly sizeBytes: number };
  readonly signal: AbortSignal;
}

export interface ObjectReply {
  readonly headers: http.IncomingHttpHeaders;
  /** Parsed JSON; null when the body is empty. */
  readonly json: unknown;
}

/** One try of one request. Throws Refusal, or what Node throws when the connection fails. */
export type Exchange = (request: ObjectRequest) => Promise<ObjectReply>;

/** Completing an upload of thousands of parts can keep a store busy without a byte on the wire. */
const silenceTimeoutMs = 120_000;
/** A page of 1,000 names of at most 1,024 bytes each stays far below it. */
const longestReplyBytes = 16 * 1024 * 1024;
const ErrorSchema = z.object({ code: z.string().max(200), message: z.string().max(5_000) });

/** Signed requests over `socketCount` connections that are kept open between them. */
export function connectObjectStorage(endpoint: string, signer: RequestSigner, socketCount: number): Exchange {
  const base = new URL(endpoint);
  const transport = base.protocol === "https:" ? https : http;
  const agent = new transport.Agent(agentOptions(socketCount));
  const once = async (request: ObjectRequest): Promise<ObjectReply> => {
    const url = new URL(`${base.href.replace(/\/+$/, "")}${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const body = request.json === undefined ? null : JSON.stringify(request.json);
    const { method, content, signal } = request;
    const signed = signer.sign({ method, url, body, unsignedBody: content !== undefined });
    const length = content === undefined ? {} : { "content-length": String(content.sizeBytes) };
    const headers = { "user-agent": "goldsmith", ...request.headers, ...length, ...signed };
    const reply = await send(transport, { url, method, headers, agent, signal }, content?.stream ?? body);
    const text = reply.bytes.toString("utf8");
    const { status } = reply;
    if (status >= 200 && status < 300) return { headers: reply.headers, json: parse(text) };
    const error = ErrorSchema.safeParse(parseQuietly(text)).data;
    const requestId = String(reply.headers["opc-request-id"] ?? "").slice(0, 100);
    throw new Refusal({
      status,
      code: error?.code ?? "",
      message: error?.message ?? `status ${status}`,
      requestId: requestId === "" ? null : requestId,
      skewMs: status === 401 ? signer.correctClock(reply.headers.date ?? null) : null,
    });
  };
  return async (request) => {
    try {
      return await once(request);
    } catch (error) {
      // Content cannot be sent again from here; it is never the first request, so the clock is known by then.
      const again = error instanceof Refusal && error.skewMs !== null && request.content === undefined;
      if (!again) throw error;
      return await once(request);
    }
  };
}

interface Sending {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly agent: http.Agent;
  readonly signal: AbortSignal;
}

async function send(
  transport: typeof http | typeof https,
  { url, ...options }: Sending,
  body: Readable | string | null,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; bytes: Buffer }> {
  const request = transport.request(url, options);
  request.setTimeout(silenceTimeoutMs, () => {
    request.destroy(Object.assign(new Error("silence"), { code: "ETIMEDOUT" }));
  });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
  });
  if (body === null || typeof body === "string") {
    request.end(body ?? undefined);
  } else {
    body.on("error", (error) => request.destroy(error));
    body.pipe(request);
    // A refusal may come before all is sent: what is written after it would only break the connection.
    request.once("response", () => body.unpipe(request));
  }
  const response = await answered;
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > longestReplyBytes) {
      request.destroy();
      throw new AppError("protocol", `${url.host} sent an answer of more than ${longestReplyBytes} bytes`);
    }
    pieces.push(piece);
  }
  if (!request.writableFinished) request.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(pieces) };
}

function parse(text: string): unknown {
  if (text === "") return null;
  const value = parseQuietly(text);
  if (value === undefined) throw new SyntaxError("The answer is not JSON");
  return value;
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

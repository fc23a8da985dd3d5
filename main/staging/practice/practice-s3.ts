import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "#core/lib/app-error.ts";
import { BucketFolder } from "./bucket-folder.ts";
import { operate, type Store } from "./operations.ts";
import { RequestBody } from "./request-body.ts";
import { S3Fault } from "./s3-fault.ts";
import { parseRequest, type S3Answer, type S3Request } from "./s3-request.ts";
import { xmlDocument } from "./s3-xml.ts";
import { authenticate } from "./sigv4.ts";
import { ConnectionCut, troubled, type SeenRequest, type Trouble } from "./trouble.ts";

export interface PracticeS3Options {
  /** State; made when it is not there. One server at a time. */
  folder: string;
  host?: "127.0.0.1";
  /** 0 or absent: any free port. */
  port?: number;
  accessKeyId: string;
  secretAccessKey: string;
  /** Buckets that exist; names by the rules of S3. */
  buckets: string[];
  /** Largest object of several parts. Default 200 GiB. */
  maxObjectBytes?: number;
  /** For tests: what goes wrong with a request. Asked once a request, after its head came in. */
  trouble?: (request: SeenRequest) => Trouble | null;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * A small, honest S3 server on the loopback interface: signatures are verified, checksums compared, a private
 * object stays private, and what it does not implement it refuses. State is in the folder and survives a kill
 * at any moment. Throws AppError `port-in-use`, or what the folder says.
 */
export async function startPracticeS3(
  options: PracticeS3Options,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const buckets = new Map<string, BucketFolder>();
  for (const name of options.buckets) {
    if (!bucketName.test(name)) throw new AppError("bad-input", `${name} is not a bucket name`);
    buckets.set(name, await BucketFolder.open(join(options.folder, name)));
  }
  const store: Store = { buckets, maxObjectBytes: options.maxObjectBytes ?? 200 * 1024 ** 3 };
  // loaded here because it brings the whole of undici along, which no command needs to start
  const { createServer } = await import("node:http");
  const server = createServer({ requestTimeout: 0 });
  let count = 0;
  const onRequest = (message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    void serve({ options, store, message, response, expectsContinue, number: ++count });
  };
  server.on("request", (message, response) => onRequest(message, response, false));
  server.on("checkContinue", (message, response) => onRequest(message, response, true));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(AppError.from(error)));
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  options: PracticeS3Options;
  store: Store;
  message: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
  number: number;
}

/** Answers one request; never throws. */
async function serve(exchange: Exchange): Promise<void> {
  const { message, response, number } = exchange;
  const requestId = randomBytes(8).toString("hex").toUpperCase();
  try {
    const request = parseRequest(message);
    const { method, bucket, key, parameters, headers } = request;
    const trouble = exchange.options.trouble?.({ number, method, bucket, key, parameters, headers }) ?? null;
    const answer = await answerTo(request, exchange, trouble);
    if (trouble?.kind === "lose-answer") throw new ConnectionCut();
    await send(response, requestId, answer);
  } catch (error) {
    const cut = error instanceof ConnectionCut || response.headersSent || message.socket.destroyed;
    if (cut) message.socket.destroy();
    else await refuse(exchange, requestId, error);
  }
}

async function answerTo(request: S3Request, exchange: Exchange, trouble: Trouble | null): Promise<S3Answer> {
  const { accessKeyId, secretAccessKey } = exchange.options;
  if (trouble?.kind === "answer")
    throw new S3Fault(trouble.status, trouble.code, "Please reduce your request rate.");
  const identity = authenticate(request, (id) => (id === accessKeyId ? secretAccessKey : null), Date.now());
  if (identity === null) return operate(request, exchange.store, null);
  // A client that waits for "100 Continue" sends the body only once its signature is accepted.
  if (exchange.expectsContinue) exchange.response.writeContinue();
  // Not destroyed when the reader leaves early: the socket is still needed for the refusal.
  const pieces = exchange.message.iterator({ destroyOnReturn: false });
  return operate(request, exchange.store, new RequestBody(request, identity, troubled(pieces, trouble)));
}

async function send(response: ServerResponse, requestId: string, answer: S3Answer): Promise<void> {
  response.writeHead(answer.status, {
    "x-amz-request-id": requestId,
    ...(answer.body === undefined && answer.status !== 204 ? { "content-length": "0" } : {}),
    ...answer.headers,
  });
  if (answer.body === undefined || typeof answer.body === "string") {
    response.end(answer.body);
    return;
  }
  await pipeline(Readable.from(answer.body), response);
}

async function refuse(exchange: Exchange, requestId: string, error: unknown): Promise<void> {
  const { message, response } = exchange;
  const fault =
    error instanceof S3Fault ? error : new S3Fault(500, "InternalError", "We encountered an internal error.");
  const body = xmlDocument([
    "Error",
    [
      ["Code", fault.code],
      ["Message", fault.message],
      ["Resource", (message.url ?? "").split("?", 1)[0] ?? ""],
      ["RequestId", requestId],
    ],
  ]);
  // What is left of the body is read away: a client that is still sending would never see the answer.
  message.resume();
  const connection = message.complete ? {} : { connection: "close" };
  await send(response, requestId, {
    status: fault.status,
    headers: {
      "content-type": "application/xml",
      "content-length": String(Buffer.byteLength(body)),
      ...connection,
    },
    ...(message.method === "HEAD" ? {} : { body }),
  }).catch(() => message.socket.destroy());
}

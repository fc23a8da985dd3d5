import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { RequestFault } from "./emulator-faults.ts";
import { errorReply, type EmulatorReply } from "./emulator-wire.ts";

const bodyLimitBytes = 1024 * 1024;

/** Binds to loopback only. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
export function sameToken(header: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

export const tooLarge = Symbol("too large");
export const notJson = Symbol("not JSON");

export async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > bodyLimitBytes) return tooLarge;
    pieces.push(piece);
  }
  if (sizeBytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    return notJson;
  }
}

export function refuse(fault: Extract<RequestFault, { kind: "refuse" }>): EmulatorReply {
  const pause =
    fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
  return errorReply(fault.status, `Injected failure ${fault.status}`, {
    ...pause,
    "ratelimit-limit": "5000",
    "ratelimit-remaining": "0",
    "ratelimit-reset": String(Math.ceil(Date.now() / 1000) + (fault.retryAfterSeconds ?? 3_600)),
  });
}

export function send(response: ServerResponse, reply: EmulatorReply, fault: RequestFault | null): void {
  if (fault?.kind === "lose-reply") {
    response.destroy();
    return;
  }
  const body = reply.body === null ? null : Buffer.from(JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    "x-request-id": randomUUID(),
    ...reply.headers,
    ...(body === null
      ? {}
      : { "content-type": "application/json; charset=utf-8", "content-length": body.length }),
  });
  if (fault?.kind === "cut-body" && body !== null) {
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
    return;
  }
  response.end(body ?? undefined);
}

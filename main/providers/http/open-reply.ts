import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { Readable } from "node:stream";

/** Of RFC 9110: a redirect that a GET follows as it is. */
const redirects = [301, 302, 303, 307, 308];
/** A `Response` of these cannot have a body. */
const bodyless = [204, 205, 304];

/**
 * `fetch` for bodies that are large or left unread. Node's own ends the process when a server closes the connection
 * behind a body that is being read slowly (nodejs/undici#5360, in Node up to 24): an assertion in an event that
 * nothing can catch. Follows no redirect unless told how many. Rejects as `fetch` does, with the cause itself.
 */
export async function openReply(
  url: string | URL,
  options: {
    method?: "GET" | "HEAD";
    headers?: Readonly<Record<string, string>>;
    signal: AbortSignal;
    mostRedirects?: number;
  },
): Promise<Response> {
  const { method = "GET", headers = {}, signal, mostRedirects = 0 } = options;
  let address = new URL(url);
  for (let hop = 0; ; hop++) {
    const reply = await send(address, { method, headers: { ...headers }, signal });
    const { location } = reply.headers;
    if (hop >= mostRedirects || location === undefined || !redirects.includes(reply.statusCode ?? 0)) {
      return responseOf(reply, method);
    }
    reply.destroy();
    address = new URL(location, address);
  }
}

function send(address: URL, options: RequestOptions & { signal: AbortSignal }): Promise<IncomingMessage> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = (address.protocol === "https:" ? requestHttps : requestHttp)(address, options, resolve);
    // As `fetch` does: the signal's own reason tells a time limit from a cancel.
    request.on("error", (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.end();
  });
}

function responseOf(reply: IncomingMessage, method: string): Response {
  const status = reply.statusCode ?? 502;
  const headers = new Headers();
  for (let at = 0; at < reply.rawHeaders.length; at += 2) {
    headers.append(reply.rawHeaders[at] ?? "", reply.rawHeaders[at + 1] ?? "");
  }
  if (method !== "HEAD" && !bodyless.includes(status)) {
    return new Response(Readable.toWeb(reply) as ReadableStream<Uint8Array>, { status, headers });
  }
  reply.resume();
  return new Response(null, { status, headers });
}

import type { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { cleanText } from "./clean-text.ts";
import { networkError } from "./network-error.ts";
import { readBounded } from "./read-bounded.ts";
import { replyError } from "./reply-error.ts";
import { defaultRetryPolicy, withRetry, type RetryPolicy } from "./retry.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request as it leaves; what a signature is made of. */
export interface OutgoingRequest {
  readonly method: Method;
  readonly url: URL;
  readonly body: string | null;
}

export interface HttpOptions {
  /** Name of the other side in messages, e.g. `DigitalOcean`. */
  readonly service: string;
  readonly baseUrl: string;
  /** Made anew for every try: request ids, refreshed tokens, signatures. */
  readonly headers: (request: OutgoingRequest, signal: AbortSignal) => Promise<Record<string, string>>;
  /** Replaced by `***` should the other side echo them. */
  readonly secrets: readonly string[];
  /** The provider's own words in the JSON body of an error, or null. */
  readonly messageOf: (body: unknown) => string | null;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly maxReplyBytes?: number;
  readonly retry?: RetryPolicy;
}

export interface HttpRequest<S extends z.ZodType> {
  readonly method: Method;
  /** Below the base URL, e.g. `/v2/images`; or an absolute URL of the same origin (a link to the next page). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Of this request alone, e.g. an idempotency token; the same for every try. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form, in place of a body (OAuth token endpoints). */
  readonly form?: Readonly<Record<string, string>>;
  readonly reply: S;
  readonly signal: AbortSignal;
}

export interface HttpReply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export type Http = <S extends z.ZodType>(request: HttpRequest<S>) => Promise<HttpReply<z.output<S>>>;

/**
 * Calls a JSON API: time limit over the whole exchange, no redirect followed (credentials stay where they
 * belong), a bounded answer, parsed; failures as AppErrors; retry where that is safe. An empty answer is
 * given to the schema as `null`.
 */
export function createHttp(options: HttpOptions): Http {
  const { clock, retry = defaultRetryPolicy } = options;
  return (request) =>
    withRetry(() => exchange(options, request), {
      repeatable: request.method === "GET",
      clock,
      signal: request.signal,
      policy: retry,
    });
}

async function exchange<S extends z.ZodType>(
  options: HttpOptions,
  request: HttpRequest<S>,
): Promise<HttpReply<z.output<S>>> {
  const { service, timeoutMs = 30_000, maxReplyBytes = 8 * 1024 * 1024 } = options;
  if (request.signal.aborted) throw new AppError("cancelled", "Cancelled", { details: { processed: "no" } });
  const outgoing: OutgoingRequest = {
    method: request.method,
    url: addressOf(options, request),
    body: bodyOf(request),
  };
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
  let reply: Response;
  let bytes: Uint8Array;
  try {
    const own = await options.headers(outgoing, signal);
    const headers = headersOf({ ...contentType(request), ...request.headers, ...own }, service);
    reply = await fetch(outgoing.url, {
      method: outgoing.method,
      headers,
      body: outgoing.body,
      redirect: "manual",
      signal,
    });
    bytes = await readBounded(reply, maxReplyBytes, service);
  } catch (error) {
    throw networkError(error, `${service} (${outgoing.url.host})`, request.signal.aborted);
  }
  if (reply.status < 200 || reply.status > 299) {
    const { status, headers } = reply;
    const message = errorText(options, bytes);
    throw replyError({ service, status, headers, message, nowMs: Date.parse(options.clock.nowIso()) });
  }
  return { status: reply.status, headers: reply.headers, body: parseBody(service, bytes, request.reply) };
}

function bodyOf({ body, form }: HttpRequest<z.ZodType>): string | null {
  if (form !== undefined) return new URLSearchParams(form).toString();
  return body === undefined ? null : JSON.stringify(body);
}

function contentType({ body, form }: HttpRequest<z.ZodType>): Record<string, string> {
  if (form !== undefined) return { "content-type": "application/x-www-form-urlencoded" };
  return body === undefined ? {} : { "content-type": "application/json" };
}

function addressOf(options: HttpOptions, request: HttpRequest<z.ZodType>): URL {
  const base = new URL(options.baseUrl);
  const below = `${base.origin}${base.pathname.replace(/\/+$/, "")}${request.path}`;
  const url = /^https?:/i.test(request.path) ? parseUrl(options.service, request.path) : new URL(below);
  if (url.origin !== base.origin) {
    throw new AppError("protocol", `${options.service} names an address of another server: ${url.host}`, {
      hint: "Nothing was sent there. Check the API address of the account.",
    });
  }
  for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
  return url;
}

function parseUrl(service: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new AppError("protocol", `${service} names an address that is not one`);
  return url;
}

/** Made here, because the error that `fetch` throws for a bad header value shows the value: the token. */
function headersOf(given: Readonly<Record<string, string>>, service: string): Headers {
  const headers = new Headers({ accept: "application/json", "user-agent": "goldsmith" });
  for (const [name, value] of Object.entries(given)) {
    // RFC 9110 5.5: visible characters and spaces. fetch takes Latin-1 as well, no service expects it.
    if (!/^[\x20-\x7e]*$/.test(value)) {
      throw new AppError(
        "unauthorized",
        `The credentials for ${service} contain characters that no token has`,
        {
          hint: "Paste the token again; something else came with it.",
          details: { processed: "no" },
        },
      );
    }
    headers.set(name, value);
  }
  return headers;
}

function errorText(options: HttpOptions, bytes: Uint8Array): string | null {
  try {
    const text = options.messageOf(JSON.parse(new TextDecoder().decode(bytes)));
    const clean = text === null ? "" : cleanText(text, options.secrets);
    return clean === "" ? null : clean;
  } catch {
    return null; // a proxy's page; its status tells enough
  }
}

function parseBody<S extends z.ZodType>(service: string, bytes: Uint8Array, schema: S): z.output<S> {
  let value: unknown;
  try {
    value =
      bytes.byteLength === 0 ? null : JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Without its cause: what the parser says quotes the answer, and an answer can hold secrets.
    throw new AppError("protocol", `${service} sent an answer that is not JSON or is cut off`, {
      retry: "later",
      details: { processed: "unknown" },
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new AppError(
    "protocol",
    `${service} sent an answer of an unknown shape (${where}: ${issue?.message ?? ""})`,
    {
      details: { processed: "unknown" },
    },
  );
}

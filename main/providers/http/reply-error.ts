import type { ErrorCode, WireError } from "#contract/errors.ts";
import { AppError } from "#core/lib/app-error.ts";

export interface FailedReply {
  readonly service: string;
  readonly status: number;
  readonly headers: Headers;
  /** The provider's own words, cleaned; null when it gave none. */
  readonly message: string | null;
  readonly nowMs: number;
}

interface Meaning {
  code: ErrorCode;
  says: string;
  hint?: string;
  retry?: WireError["retry"];
}

const meanings: Record<number, Meaning> = {
  401: { code: "unauthorized", says: "does not accept the credentials" },
  402: {
    code: "quota-exceeded",
    says: "wants a paid option for this",
    hint: "Order the option in the provider's panel or make room there, then retry.",
  },
  403: {
    code: "unauthorized",
    says: "does not allow this with these credentials",
    hint: "Give the token the scopes that are named in the account's help, or use another token.",
  },
  404: { code: "not-found", says: "does not have this" },
  409: { code: "provider-refused", says: "is in a state that does not allow this", retry: "later" },
  413: { code: "provider-refused", says: "finds the request too large" },
  415: {
    code: "provider-refused",
    says: "does not take a file of this kind",
    hint: "The address must give the image itself, in a format that the provider takes, not packed.",
  },
  422: { code: "provider-refused", says: "refused the request" },
  429: { code: "rate-limited", says: "asks for a pause (too many requests)", retry: "later" },
};

function meaningOf(status: number): Meaning {
  const known = meanings[status];
  if (known !== undefined) return known;
  if (status >= 500) {
    return { code: "provider-error", says: `reported an error on its side (${status})`, retry: "later" };
  }
  if (status >= 300 && status < 400) {
    return {
      code: "protocol",
      says: `redirects to another address (${status}); the credentials were not sent there`,
      hint: "Check the API address of the account.",
    };
  }
  return { code: "provider-refused", says: `refused the request (${status})` };
}

/**
 * A reply that is not a success, as an AppError. A reply below 500 was refused before it took effect
 * (`processed: no`); with 5xx nobody knows.
 */
export function replyError(reply: FailedReply): AppError {
  const { service, status, headers, message } = reply;
  const { code, says, hint, retry } = meaningOf(status);
  const pause = status === 429 || status === 503 ? pauseOf(headers, reply.nowMs) : {};
  const requestId = headers.get("x-request-id") ?? headers.get("opc-request-id");
  // A signature is refused when the clocks differ; this is how one learns by how much.
  const serverDate = status === 401 ? headers.get("date") : null;
  return new AppError(code, `${service} ${says}${message === null ? "" : `: ${message}`}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(pause.resetAt === undefined ? {} : { hint: `Wait until ${pause.resetAt}, then retry.` }),
    retry: retry ?? "never",
    details: {
      status,
      processed: status >= 500 ? "unknown" : "no",
      ...(requestId === null ? {} : { requestId: requestId.slice(0, 100) }),
      ...(serverDate === null ? {} : { serverDate: serverDate.slice(0, 100) }),
      ...pause,
    },
  });
}

/**
 * `Retry-After` (RFC 9110 10.2.3: seconds or a date), else `RateLimit-Reset`, which DigitalOcean gives as
 * seconds since 1970 and others (draft-ietf-httpapi-ratelimit-headers) as seconds from now.
 */
function pauseOf(headers: Headers, nowMs: number): { retryAfterMs?: number; resetAt?: string } {
  const after = headers.get("retry-after");
  const seconds = after === null ? Number.NaN : /^\d+$/.test(after.trim()) ? Number(after) : Number.NaN;
  const date = after === null ? Number.NaN : Date.parse(after);
  const reset = Number(headers.get("ratelimit-reset") ?? Number.NaN);
  const candidates = [seconds * 1000, date - nowMs, reset > 1e9 ? reset * 1000 - nowMs : reset * 1000];
  const found = candidates.find((value) => Number.isFinite(value));
  if (found === undefined) return {};
  const retryAfterMs = Math.min(Math.max(0, Math.round(found)), 7 * 24 * 3_600_000);
  return { retryAfterMs, resetAt: new Date(nowMs + retryAfterMs).toISOString() };
}

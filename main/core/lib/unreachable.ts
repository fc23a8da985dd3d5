/** Failures before a byte of the request was sent (errno(3), undici and OpenSSL names as Node reports them). */
const neverSent: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections",
  ENOTFOUND: "cannot be found (its name does not resolve)",
  EAI_AGAIN: "cannot be found right now (the name server does not answer)",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached (no network)",
  UND_ERR_CONNECT_TIMEOUT: "does not answer",
};

/** Why the other side was not reached at all, to go on a sentence that begins with its name; null: it was, or nobody knows. */
export const unreachableWords = (error: unknown): string | null => neverSent[systemCode(error)] ?? null;

/** `fetch` wraps the real failure in `cause`, sometimes twice. Empty when there is none. */
export function systemCode(error: unknown): string {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 4; inner = inner.cause, depth++) {
    if ("code" in inner && typeof inner.code === "string" && inner.code !== "") return inner.code;
    if (inner instanceof AggregateError && inner.errors.length > 0) return systemCode(inner.errors[0]);
  }
  return "";
}

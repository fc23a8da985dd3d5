import { AppError } from "#core/lib/app-error.ts";
import { connectionRefusal } from "#core/lib/connection-refusal.ts";

/** Failures before a byte of the request was sent (errno(3), undici and OpenSSL names as Node reports them). */
const neverSent: Record<string, string> = {
  ECONNREFUSED: "refuses connections",
  ENOTFOUND: "cannot be found (its name does not resolve)",
  EAI_AGAIN: "cannot be found right now (the name server does not answer)",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached (no network)",
  UND_ERR_CONNECT_TIMEOUT: "does not answer",
};
/**
 * What `fetch` threw, in words. `details.processed` is `no` when the request cannot have arrived and `unknown`
 * when the connection broke after that. `callerAborted`: the caller's signal, not our time limit, ended it.
 */
export function networkError(error: unknown, place: string, callerAborted: boolean): AppError {
  if (error instanceof AppError) return error;
  if (callerAborted) return new AppError("cancelled", "Cancelled", { details: { processed: "unknown" } });
  if (error instanceof Error && error.name === "TimeoutError") {
    return new AppError("timeout", `${place} did not answer in time`, {
      retry: "later",
      details: { processed: "unknown" },
    });
  }
  const code = systemCode(error);
  const known = neverSent[code];
  if (known !== undefined) {
    return new AppError("network", `${place} ${known}`, {
      retry: "later",
      details: { processed: "no", code },
    });
  }
  const refused = connectionRefusal(error);
  if (refused !== null) {
    return new AppError("network", `${place} ${refused.words}`, {
      hint: refused.hint,
      details: { processed: "no", code: refused.code },
    });
  }
  return new AppError("network", `The connection to ${place} broke`, {
    retry: "now",
    details: { processed: "unknown", code },
  });
}

/** `fetch` wraps the real failure in `cause`, sometimes twice. */
function systemCode(error: unknown): string {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 4; inner = inner.cause, depth++) {
    if ("code" in inner && typeof inner.code === "string" && inner.code !== "") return inner.code;
    if (inner instanceof AggregateError && inner.errors.length > 0) return systemCode(inner.errors[0]);
  }
  return "";
}

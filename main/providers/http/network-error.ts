import { AppError } from "#core/lib/app-error.ts";
import { connectionRefusal } from "#core/lib/connection-refusal.ts";
import { systemCode, unreachableWords } from "#core/lib/unreachable.ts";

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
  const known = unreachableWords(error);
  if (known !== null) {
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

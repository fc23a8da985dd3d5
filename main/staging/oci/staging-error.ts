import { AppError } from "#core/lib/app-error.ts";
import { connectionRefusal } from "#core/lib/connection-refusal.ts";
import { networkCodes } from "../upload/network-codes.ts";
import { ZodError } from "zod";
import { Refusal } from "./refusal.ts";

interface Where {
  readonly endpoint: string;
  readonly bucket: string;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** Whether the same request may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Refusal)) return networkCodes.has(codeOf(error));
  const { status, code } = error;
  // UnmatchedContentMD5: bytes were damaged on their way.
  return status === 429 || (status >= 500 && status !== 501) || code === "UnmatchedContentMD5";
}

/** Any error of the store in words. */
export function stagingError(error: unknown, where: Where): AppError {
  if (error instanceof AppError) return error;
  const host = new URL(where.endpoint).host;
  if (error instanceof Refusal) return refusalInWords(error, where, host);
  const code = codeOf(error);
  if (networkCodes.has(code)) {
    return new AppError("network", `The object storage at ${host} cannot be reached (${code})`, {
      retry: "later",
      details: { code },
    });
  }
  const refused = connectionRefusal(error);
  if (refused !== null) {
    const { words, hint } = refused;
    return new AppError("network", `The object storage at ${host} ${words}`, {
      hint,
      details: { code: refused.code },
    });
  }
  if (error instanceof SyntaxError || error instanceof ZodError) {
    return new AppError("protocol", `${host} does not answer like Oracle's Object Storage`, {
      hint: "Check region and address of the account.",
      cause: error,
    });
  }
  return AppError.from(error);
}

function refusalInWords(refusal: Refusal, { bucket }: Where, host: string): AppError {
  const { status, code, message, requestId, skewMs } = refusal;
  const details = { status, code, ...(requestId === null ? {} : { requestId }) };
  const says = `${code === "" ? status : code}: ${message.slice(0, 500)}`;
  if (status === 401) {
    const clock =
      skewMs === null
        ? ""
        : ` This computer's clock differs by ${Math.round(Math.abs(skewMs) / 60_000)} minutes.`;
    return new AppError("unauthorized", `${host} does not accept the signature (${says})`, {
      hint: `Check the API key of the account.${clock}`,
      details,
    });
  }
  if (code === "QuotaExceeded" || status === 413 || status === 507) {
    return new AppError("quota-exceeded", `The object storage takes no more bytes (${says})`, {
      hint: "Delete objects, or ask for a higher limit.",
      details,
    });
  }
  if (status === 404 && code === "BucketNotFound") {
    return new AppError("staging-failed", `There is no bucket “${bucket}” that this account may see`, {
      hint: "Create it in this region, or let a policy allow: manage objects, read buckets in its compartment.",
      details,
    });
  }
  if (status === 403 || code === "NotAuthorizedOrNotFound") {
    return new AppError(
      "unauthorized",
      `The account may not use the bucket “${bucket}” like this (${says})`,
      {
        hint: "A policy must allow: manage objects where target.bucket.name is this bucket.",
        details,
      },
    );
  }
  const passing = isPassing(refusal);
  return new AppError("staging-failed", `The object storage refused the request (${says})`, {
    hint: passing ? "Retry later: parts are kept." : "Read its message.",
    retry: passing ? "later" : "never",
    details,
  });
}

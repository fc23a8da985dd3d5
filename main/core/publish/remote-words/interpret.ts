import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import { knownWords, type KnownWords, type ResumeStep } from "./known-words.ts";

export interface RemoteWords {
  readonly provider: ProviderId;
  /** In the provider's own words; null when it gave none. */
  readonly message: string | null;
  readonly httpStatus: number | null;
  /** Of the image whose import failed. */
  readonly imageStatus: string | null;
}

export interface Interpretation {
  readonly cause: string;
  readonly fix: string;
  readonly resume: ResumeStep;
}

/** What is behind a provider's words; null when nobody knows them: then they are passed on as they are. */
export function interpret(words: RemoteWords): Interpretation | null {
  const found = knownWords.find((known) => fits(known, words));
  return found === undefined ? null : { cause: found.cause, fix: found.fix, resume: found.resume };
}

function fits(known: KnownWords, { provider, message, httpStatus, imageStatus }: RemoteWords): boolean {
  if (known.providers?.includes(provider) === false) return false;
  if (known.says !== undefined && !known.says.test(message ?? "")) return false;
  if (known.httpStatus !== undefined && !known.httpStatus.includes(httpStatus ?? 0)) return false;
  // A word for the image's state explains only what no message explains.
  if (known.imageStatus !== undefined) return message === null && known.imageStatus.test(imageStatus ?? "");
  return true;
}

/** A provider's error with cause and fix, in `details` and as the hint; unchanged where nothing is known. */
export function explained(error: AppError, provider: ProviderId): AppError {
  if (typeof error.details["cause"] === "string" || error.code === "cancelled") return error;
  const { status, providerStatus, providerMessage } = error.details;
  const told = interpret({
    provider,
    message: typeof providerMessage === "string" ? providerMessage : fromImport(error) ? null : error.message,
    httpStatus: typeof status === "number" ? status : null,
    imageStatus: typeof providerStatus === "string" ? providerStatus : null,
  });
  if (told === null) return error;
  const { code, message, retry, details } = error;
  // A pause that the provider asked for is the better advice, and is said in its hint.
  const hint = typeof details["resetAt"] === "string" ? error.hint : told.fix;
  return new AppError(code, message, {
    hint,
    retry,
    details: { ...details, cause: told.cause, fix: told.fix, resumeStep: told.resume },
    cause: error,
  });
}

const fromImport = (error: AppError): boolean => "providerStatus" in error.details;

import type { ErrorCode } from "#contract/errors.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { createHttp, type Http, type HttpReply, type HttpRequest } from "#providers/http/create-http.ts";
import type { RetryPolicy } from "#providers/http/retry.ts";
import type { z } from "zod";
import { ErrorSchema } from "./api.ts";
import { manifest } from "./manifest.ts";
import { clockWords, type OciSigner } from "./signer.ts";

export type OciService = "iaas" | "identity" | "objectstorage";

export interface OciHttpOptions {
  /** With `{service}` and `{region}` where each service has a host of its own; else one host for all. */
  readonly apiBase: string;
  readonly region: string;
  readonly signer: OciSigner;
  /** Of a session; null: an API key, which does not end. */
  readonly endsAtMs: number | null;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
}

/** Origin of a service, without the version in the path. */
export const serviceAddress = (apiBase: string, service: OciService, region: string): string =>
  apiBase.replaceAll("{service}", service).replaceAll("{region}", region).replace(/\/+$/, "");

/** Core Services and Identity have a version in the path, Object Storage has none. */
const versions: Readonly<Record<OciService, string>> = {
  iaas: "/20160918",
  identity: "/20160918",
  objectstorage: "",
};

/** Signed JSON requests to one service. */
export function createOciHttp(service: OciService, options: OciHttpOptions): Http {
  const { apiBase, region, signer, endsAtMs, ...rest } = options;
  const http = createHttp({
    ...rest,
    service: manifest.name,
    baseUrl: `${serviceAddress(apiBase, service, region)}${versions[service]}`,
    headers: async (request) => signer.sign(request),
    messageOf: (body) => {
      const error = ErrorSchema.safeParse(body).data;
      return error === undefined ? null : `${error.code}: ${error.message}`;
    },
  });
  return async <S extends z.ZodType>(request: HttpRequest<S>): Promise<HttpReply<z.output<S>>> => {
    try {
      return await http(request);
    } catch (error) {
      const failure = AppError.from(error);
      if (failure.code !== "unauthorized") throw inOurWords(failure);
      if (endsAtMs !== null && endsAtMs <= Date.parse(options.clock.nowIso())) {
        throw reworded(failure, "unauthorized", sessionHint(endsAtMs));
      }
      const { serverDate } = failure.details;
      const skewMs = signer.correctClock(typeof serverDate === "string" ? serverDate : null);
      if (skewMs === null) throw inOurWords(failure);
      // A refused signature was not processed, so it is safe to ask once more with the server's time.
      return await http(request).catch((again: unknown) => {
        const second = AppError.from(again);
        throw second.code === "unauthorized" ? reworded(second, "unauthorized", clockHint(skewMs)) : second;
      });
    }
  };
}

const clockHint = (skewMs: number): string =>
  `${clockWords(skewMs)} Set it: Oracle Cloud accepts five minutes. With its time the credentials were refused as well.`;

const sessionHint = (endsAtMs: number): string =>
  `The session ended at ${new Date(endsAtMs).toISOString()}: run \`oci session refresh\` and give its new token.`;

/** Codes of "API Errors" that mean something else than their status alone. */
const byCode: readonly [pattern: RegExp, code: ErrorCode, hint: string][] = [
  [
    /: (LimitExceeded|QuotaExceeded): /,
    "quota-exceeded",
    "Delete images in this region, or ask Oracle to raise the service limit.",
  ],
  [
    /: NotAuthenticated: /,
    "unauthorized",
    "Check that this API key is still listed at the user, and that tenancy, user and region are right. A session token lasts one hour: run `oci session refresh`.",
  ],
  [
    /: NotAuthorizedOrNotFound: /,
    "not-found",
    "It is gone, lies in another region, or a policy does not let this user see it. The policies needed are listed with the account.",
  ],
  [
    /: InvalidParameter: .*[Ss]pecified object or bucket or namespace/,
    "provider-refused",
    "The image service may not read the staged object with this user's rights: check the policy on the bucket, or stage with a signed link.",
  ],
];

/** An error with the code and the hint that Oracle's own code asks for. */
export function inOurWords(error: AppError): AppError {
  const known = byCode.find(([pattern]) => pattern.test(error.message));
  return known === undefined ? error : reworded(error, known[1], known[2]);
}

function reworded(error: AppError, code: ErrorCode, hint: string): AppError {
  const { message, retry, details } = error;
  return new AppError(code, message, { hint, retry, details });
}

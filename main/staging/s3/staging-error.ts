import { AppError } from "#core/lib/app-error.ts";
import { connectionRefusal } from "#core/lib/connection-refusal.ts";
import { networkCodes } from "../upload/network-codes.ts";

interface Where {
  endpoint: string;
  bucket: string;
  accessKeyId: string;
}

/** What the SDK's errors have in common; everything may be missing. */
interface Shape {
  name: string;
  message: string;
  code: string;
  status: number | null;
  requestId: string | null;
}

function shapeOf(error: unknown): Shape {
  const value = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof value[name] === "string" ? value[name] : "");
  const metadata =
    typeof value["$metadata"] === "object" && value["$metadata"] !== null ? value["$metadata"] : {};
  const status = "httpStatusCode" in metadata ? metadata.httpStatusCode : null;
  const requestId = "requestId" in metadata ? metadata.requestId : null;
  return {
    name: text("name"),
    message: text("message").slice(0, 500),
    code: text("code"),
    status: typeof status === "number" ? status : null,
    requestId: typeof requestId === "string" ? requestId : null,
  };
}

/** Whether the same request may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return false;
  const { name, code, status } = shapeOf(error);
  if (networkCodes.has(code) || name === "TimeoutError") return true;
  // BadDigest: bytes were damaged on their way. RequestTimeTooSkewed: the SDK has just corrected its clock.
  if (
    ["SlowDown", "RequestTimeout", "BadDigest", "RequestTimeTooSkewed", "OperationAborted"].includes(name)
  ) {
    return true;
  }
  return (
    status === 429 || status === 408 || (status !== null && status >= 500 && status !== 501 && status !== 507)
  );
}

/**
 * True when the store says that there is no such object or upload. The status decides: HEAD has no body, and
 * Ceph says NoSuchKey of an upload that it does not know.
 */
export function isMissing(error: unknown): boolean {
  const { name, status } = shapeOf(error);
  return status === 404 && name !== "NoSuchBucket";
}

/** An error of the SDK in words for the user. Never carries the secret: only status, code and request id. */
export function stagingError(error: unknown, where: Where): AppError {
  if (error instanceof AppError) return error;
  const shape = shapeOf(error);
  const { name, code, status } = shape;
  const options = {
    cause: error,
    details: {
      endpoint: where.endpoint,
      bucket: where.bucket,
      status,
      error: name,
      requestId: shape.requestId,
    },
  };
  if (name === "AbortError") return new AppError("cancelled", "Cancelled", options);
  const host = new URL(where.endpoint).host;
  const refused = connectionRefusal(error);
  if (refused !== null) {
    const { words, hint } = refused;
    return new AppError("network", `The storage at ${host} ${words}`, { ...options, hint });
  }
  if (networkCodes.has(code) || name === "TimeoutError") {
    const why = code === "" ? "it did not answer in time" : code;
    return new AppError("network", `The storage at ${host} cannot be reached (${why})`, {
      ...options,
      retry: "later",
      hint: "Check the endpoint's address and the network, then retry: parts that have arrived are kept.",
    });
  }
  return refusal(shape, where, host, options);
}

function refusal(
  { name, message, status }: Shape,
  { bucket, accessKeyId }: Where,
  host: string,
  options: { cause: unknown; details: Record<string, unknown> },
): AppError {
  const failed = (text: string, hint: string, retry: "later" | "never" = "never"): AppError =>
    new AppError("staging-failed", text, { ...options, hint, retry });
  const unauthorized = (text: string, hint: string): AppError =>
    new AppError("unauthorized", text, { ...options, hint });
  switch (name) {
    case "NoSuchBucket":
      return failed(
        `There is no bucket “${bucket}” at ${host}`,
        "Create it at the storage provider, or correct the bucket's name or the endpoint's region.",
      );
    case "InvalidAccessKeyId":
      return unauthorized(`${host} does not know the access key ${accessKeyId}`, "Check the access key id.");
    case "SignatureDoesNotMatch":
      return unauthorized(
        `${host} refused the signature of the access key ${accessKeyId}`,
        "Check the secret key; some stores also need their own region's name.",
      );
    case "RequestTimeTooSkewed":
      return unauthorized(`${host} says that this computer's clock is wrong`, "Set the clock, then retry.");
    case "AccessControlListNotSupported":
      return failed(
        `The bucket “${bucket}” does not allow objects to be made public`,
        "Enable ACLs for the bucket (object ownership “bucket owner preferred”) or choose another bucket.",
      );
    case "PermanentRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException":
      return failed(
        `The bucket “${bucket}” belongs to another region or endpoint of ${host}`,
        `Correct endpoint and region. The store says: ${message}`,
      );
    case "QuotaExceeded":
    case "EntityTooLarge":
    case "InsufficientStorage":
    case "XMinioStorageFull":
      return new AppError("quota-exceeded", `The storage at ${host} takes no more bytes: ${message}`, {
        ...options,
        hint: "Delete objects from the bucket or raise the quota.",
      });
  }
  if (status === 401 || status === 403) {
    return unauthorized(
      `${host} does not let the access key ${accessKeyId} use the bucket “${bucket}”`,
      "The key needs the rights to list, write and delete objects and to set their ACL.",
    );
  }
  if (status !== null && status >= 500 && status !== 501) {
    return failed(
      `The storage at ${host} failed (${status} ${name})`,
      "Retry later: parts are kept.",
      "later",
    );
  }
  if (status === null || name === "SyntaxError") {
    return new AppError("protocol", `${host} does not answer like an S3 store: ${message}`, {
      ...options,
      hint: "Check the endpoint: it must be the address of the S3 API, not of a web page.",
    });
  }
  return failed(
    `The storage at ${host} refused the request (${status} ${name}): ${message}`,
    "Read its message.",
  );
}

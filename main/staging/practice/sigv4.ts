import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { faults, S3Fault } from "./s3-fault.ts";

/**
 * AWS Signature Version 4 as S3 uses it, seen from the server ("Authenticating Requests (AWS Signature
 * Version 4)" in the Amazon S3 API reference; the examples there are the test vectors beside this file).
 */
export interface IncomingRequest {
  method: string;
  /** Path as it came over the wire, still percent-encoded, without the query. */
  rawPath: string;
  /** Decoded query parameters in the order in which they came. */
  query: readonly (readonly [string, string])[];
  /** Lower-case names; several values joined by a comma. */
  headers: Readonly<Record<string, string>>;
}

export interface Identity {
  accessKeyId: string;
  /** `x-amz-content-sha256`: a hex hash, `UNSIGNED-PAYLOAD` or a `STREAMING-…` word. */
  payloadHash: string;
  /** For the chunks of a streaming upload. */
  chunkKey: { key: Buffer; scope: string; timestamp: string; seedSignature: string };
}

interface Claim {
  accessKeyId: string;
  date: string;
  region: string;
  signedHeaders: string[];
  signature: string;
  timestamp: string;
  payloadHash: string;
  expiresSeconds: number | null;
}

const algorithm = "AWS4-HMAC-SHA256";
/** Signed requests are good for 15 minutes around their date. */
const maxSkewMs = 15 * 60 * 1000;
const maxExpirySeconds = 7 * 24 * 60 * 60;

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** RFC 3986 unreserved characters stay, everything else becomes %XX. */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function signingKey(secret: string, date: string, region: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), "s3"), "aws4_request");
}

const scopeOf = (claim: Claim): string => `${claim.date}/${claim.region}/s3/aws4_request`;

function canonicalRequest(request: IncomingRequest, claim: Claim): string {
  const path = request.rawPath
    .split("/")
    .map((segment) => uriEncode(decodeURIComponent(segment)))
    .join("/");
  const query = request.query
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/ +/g, " ")}\n`)
    .join("");
  return [request.method, path, query, headers, claim.signedHeaders.join(";"), claim.payloadHash].join("\n");
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Who signed the request, or null when it is not signed at all. Throws an S3Fault of status 400 or 403 when
 * the signature is malformed, too old or wrong.
 */
export function authenticate(
  request: IncomingRequest,
  secretOf: (accessKeyId: string) => string | null,
  nowMs: number,
): Identity | null {
  const claim = claimOf(request);
  if (claim === null) return null;
  assertTimely(claim, nowMs);
  assertEverythingSigned(request, claim);
  const secret = secretOf(claim.accessKeyId);
  if (secret === null) {
    throw new S3Fault(
      403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  }
  const key = signingKey(secret, claim.date, claim.region);
  const hash = sha256Hex(canonicalRequest(request, claim));
  const stringToSign = [algorithm, claim.timestamp, scopeOf(claim), hash].join("\n");
  if (!equalHex(hmac(key, stringToSign), claim.signature)) {
    throw new S3Fault(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  }
  const chunkKey = {
    key,
    scope: scopeOf(claim),
    timestamp: claim.timestamp,
    seedSignature: claim.signature,
  };
  return { accessKeyId: claim.accessKeyId, payloadHash: claim.payloadHash, chunkKey };
}

/** Signature of one chunk of a `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` body; each signs the one before. */
export function chunkSignature(chunkKey: Identity["chunkKey"], previous: string, chunk: Uint8Array): string {
  const text = [
    `${algorithm}-PAYLOAD`,
    chunkKey.timestamp,
    chunkKey.scope,
    previous,
    sha256Hex(""),
    sha256Hex(chunk),
  ].join("\n");
  return hmac(chunkKey.key, text).toString("hex");
}

export function equalHex(expected: Buffer, givenHex: string): boolean {
  const given = Buffer.from(givenHex, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function claimOf(request: IncomingRequest): Claim | null {
  const header = request.headers["authorization"];
  const query = new Map(request.query);
  const presigned = query.get("X-Amz-Signature");
  if (header !== undefined && presigned !== undefined) {
    throw faults.invalidArgument("Only one auth mechanism allowed");
  }
  if (header !== undefined) return headerClaim(header, request.headers);
  return presigned === undefined ? null : presignedClaim(presigned, query);
}

function headerClaim(header: string, headers: Readonly<Record<string, string>>): Claim {
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) {
    throw new S3Fault(400, "AuthorizationHeaderMalformed", "The authorization header is malformed");
  }
  const [, credential = "", signedHeaders = "", signature = ""] = match;
  const payloadHash = headers["x-amz-content-sha256"];
  if (payloadHash === undefined) {
    throw faults.invalidRequest("Missing required header for this request: x-amz-content-sha256");
  }
  const timestamp = headers["x-amz-date"] ?? "";
  return {
    ...credentialOf(credential, signedHeaders),
    signature,
    timestamp,
    payloadHash,
    expiresSeconds: null,
  };
}

function presignedClaim(signature: string, query: ReadonlyMap<string, string>): Claim {
  const malformed = (message: string): S3Fault =>
    new S3Fault(400, "AuthorizationQueryParametersError", message);
  if (query.get("X-Amz-Algorithm") !== algorithm)
    throw malformed(`X-Amz-Algorithm only supports ${algorithm}`);
  const expiresSeconds = Number(query.get("X-Amz-Expires"));
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > maxExpirySeconds) {
    throw malformed("X-Amz-Expires must be between 1 and 604800 seconds");
  }
  const credential = credentialOf(
    query.get("X-Amz-Credential") ?? "",
    query.get("X-Amz-SignedHeaders") ?? "",
  );
  const timestamp = query.get("X-Amz-Date") ?? "";
  return { ...credential, signature, timestamp, payloadHash: "UNSIGNED-PAYLOAD", expiresSeconds };
}

function credentialOf(
  credential: string,
  signedHeaders: string,
): Pick<Claim, "accessKeyId" | "date" | "region" | "signedHeaders"> {
  const match = /^([\w.-]{1,128})\/(\d{8})\/([\w-]{1,64})\/s3\/aws4_request$/.exec(credential);
  if (match === null) {
    throw new S3Fault(
      400,
      "AuthorizationHeaderMalformed",
      "The credential is malformed; it names another service",
    );
  }
  const [, accessKeyId = "", date = "", region = ""] = match;
  return { accessKeyId, date, region, signedHeaders: signedHeaders.split(";") };
}

function assertTimely(claim: Claim, nowMs: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.timestamp);
  if (match === null || !claim.timestamp.startsWith(claim.date)) {
    throw faults.accessDenied("AWS authentication requires a valid Date or x-amz-date header");
  }
  const [, year, month, day, hour, minute, second] = match;
  const signedAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (claim.expiresSeconds === null) {
    if (!(Math.abs(nowMs - signedAtMs) <= maxSkewMs)) {
      throw new S3Fault(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
      );
    }
    return;
  }
  if (!(signedAtMs - nowMs <= maxSkewMs)) throw faults.accessDenied("Request is not valid yet");
  if (nowMs > signedAtMs + claim.expiresSeconds * 1000) throw faults.accessDenied("Request has expired");
}

/** S3 insists that `host` and every `x-amz-*` header that is sent is also signed. */
function assertEverythingSigned(request: IncomingRequest, claim: Claim): void {
  const signed = new Set(claim.signedHeaders);
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !signed.has(name),
  );
  // A presigned URL fixes its payload as unsigned; clients may repeat that in a header of their own accord.
  const refused =
    claim.expiresSeconds === null ? unsigned : unsigned.filter((name) => name !== "x-amz-content-sha256");
  if (refused.length > 0) {
    throw faults.accessDenied(
      `There were headers present in the request which were not signed: ${refused.join(", ")}`,
    );
  }
}

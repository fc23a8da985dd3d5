import type { BucketFolder } from "./bucket-folder.ts";
import type { Description, ObjectRecord } from "./records.ts";
import type { RequestBody } from "./request-body.ts";
import { faults, S3Fault } from "./s3-fault.ts";
import type { S3Answer, S3Request } from "./s3-request.ts";

const maxMetadataBytes = 2048;

/** Headers that would change what a PUT means; they are refused rather than passed over. */
const unsupportedHeaders = [
  "x-amz-copy-source",
  "x-amz-tagging",
  "x-amz-object-lock-mode",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-website-redirect-location",
  "if-match",
  "if-none-match",
];

export function describe(request: S3Request): Description {
  for (const name of unsupportedHeaders) {
    if (request.headers[name] !== undefined) throw faults.notImplemented(`the header ${name}`);
  }
  const metadata = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => name.startsWith("x-amz-meta-"))
      .map(([name, value]) => [name.slice("x-amz-meta-".length), value]),
  );
  if (Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes) {
    throw new S3Fault(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed size");
  }
  return {
    key: request.key,
    contentType: request.headers["content-type"] ?? "binary/octet-stream",
    acl: aclOf(request),
    metadata,
  };
}

function aclOf(request: S3Request): Description["acl"] {
  const acl = request.headers["x-amz-acl"] ?? "private";
  if (acl !== "private" && acl !== "public-read") throw faults.notImplemented(`the canned ACL ${acl}`);
  return acl;
}

export async function putObject(
  request: S3Request,
  bucket: BucketFolder,
  body: RequestBody,
): Promise<S3Answer> {
  const description = describe(request);
  const { file, sizeBytes, md5 } = await body.into(bucket);
  await bucket.putObject({
    version: 1,
    ...description,
    sizeBytes,
    etag: md5,
    lastModified: new Date().toISOString(),
    segments: [{ file, sizeBytes }],
  });
  return { status: 200, headers: { etag: `"${md5}"` } };
}

export async function putAcl(request: S3Request, bucket: BucketFolder): Promise<S3Answer> {
  const record = bucket.objects.get(request.key);
  if (record === undefined) throw faults.noSuchKey();
  if (request.headers["x-amz-acl"] === undefined) throw faults.notImplemented("an ACL in the body");
  await bucket.putObject({ ...record, acl: aclOf(request) });
  return { status: 200 };
}

/** GET and HEAD, with a single byte range and the two ETag conditions (RFC 9110, 13 and 14). */
export function getObject(request: S3Request, bucket: BucketFolder, record: ObjectRecord): S3Answer {
  const etag = `"${record.etag}"`;
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && ifMatch !== "*" && !ifMatch.includes(etag)) {
    throw new S3Fault(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
    );
  }
  const headers: Record<string, string> = {
    etag,
    "accept-ranges": "bytes",
    "content-type": record.contentType,
    "last-modified": new Date(record.lastModified).toUTCString(),
    ...Object.fromEntries(
      Object.entries(record.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
  };
  if (ifNoneMatch !== undefined && (ifNoneMatch === "*" || ifNoneMatch.includes(etag))) {
    return { status: 304, headers };
  }
  const range = rangeOf(request.headers["range"], record.sizeBytes);
  const { startByte, endByte } = range ?? { startByte: 0, endByte: record.sizeBytes };
  headers["content-length"] = String(endByte - startByte);
  if (range !== null) headers["content-range"] = `bytes ${startByte}-${endByte - 1}/${record.sizeBytes}`;
  const status = range === null ? 200 : 206;
  if (request.method === "HEAD") return { status, headers };
  return { status, headers, body: bucket.read(record, startByte, endByte) };
}

/** null: the whole. A header that is not one plain range is ignored, as RFC 9110 14.2 allows. */
function rangeOf(
  header: string | undefined,
  sizeBytes: number,
): { startByte: number; endByte: number } | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return null;
  const startByte = first === "" ? Math.max(sizeBytes - Number(last), 0) : Number(first);
  const endByte = first === "" || last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return null;
  if (startByte >= endByte) {
    throw new S3Fault(416, "InvalidRange", "The requested range is not satisfiable");
  }
  return { startByte, endByte };
}

import { createHash, randomBytes } from "node:crypto";
import type { BucketFolder } from "./bucket-folder.ts";
import { listParts, xmlAnswer } from "./list-operations.ts";
import { describe } from "./object-operations.ts";
import type { Segment, UploadRecord } from "./records.ts";
import type { RequestBody } from "./request-body.ts";
import { faults, S3Fault } from "./s3-fault.ts";
import type { S3Answer, S3Request } from "./s3-request.ts";
import { parseCompleteBody } from "./s3-xml.ts";

/** "Amazon S3 multipart upload limits": 10,000 parts, each but the last of at least 5 MiB. */
const maxParts = 10_000;
const minPartBytes = 5 * 1024 * 1024;
const maxCompleteBytes = 4 * 1024 * 1024;

export async function createUpload(request: S3Request, bucket: BucketFolder): Promise<S3Answer> {
  const uploadId = randomBytes(16).toString("hex");
  const initiated = new Date().toISOString();
  await bucket.putUpload({ version: 1, ...describe(request), uploadId, initiated, parts: {} });
  return xmlAnswer([
    "InitiateMultipartUploadResult",
    [
      ["Bucket", request.bucket],
      ["Key", request.key],
      ["UploadId", uploadId],
    ],
  ]);
}

export async function uploadPart(
  request: S3Request,
  bucket: BucketFolder,
  body: RequestBody,
): Promise<S3Answer> {
  if (request.headers["x-amz-copy-source"] !== undefined) throw faults.notImplemented("UploadPartCopy");
  const upload = uploadOf(request, bucket);
  const number = Number(request.parameters.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > maxParts) {
    throw faults.invalidArgument("Part number must be an integer between 1 and 10000, inclusive");
  }
  const received = await body.into(bucket);
  await bucket.putPart(upload.uploadId, number, received);
  return { status: 200, headers: { etag: `"${received.md5}"` } };
}

export async function completeUpload(
  request: S3Request,
  bucket: BucketFolder,
  body: RequestBody,
  maxObjectBytes: number,
): Promise<S3Answer> {
  const listed = parseCompleteBody(await body.text(maxCompleteBytes));
  // Looked up after the body is in: of two completions at once the second finds no upload any more.
  const { uploadId, key, contentType, acl, metadata, parts } = uploadOf(request, bucket);
  if (listed.some(({ partNumber }, index) => partNumber <= (listed[index - 1]?.partNumber ?? 0))) {
    throw new S3Fault(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
  }
  const segments: Segment[] = [];
  const md5 = createHash("md5");
  let sizeBytes = 0;
  for (const [index, { partNumber, etag }] of listed.entries()) {
    const part = parts[partNumber];
    if (part === undefined || part.md5 !== etag) {
      throw new S3Fault(400, "InvalidPart", "One or more of the specified parts could not be found.");
    }
    if (index < listed.length - 1 && part.sizeBytes < minPartBytes) {
      throw new S3Fault(
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
      );
    }
    segments.push({ file: part.file, sizeBytes: part.sizeBytes });
    md5.update(part.md5, "hex");
    sizeBytes += part.sizeBytes;
  }
  if (sizeBytes > maxObjectBytes) throw faults.entityTooLarge();
  const etag = `${md5.digest("hex")}-${listed.length}`;
  const lastModified = new Date().toISOString();
  await bucket.putObject({
    version: 1,
    key,
    contentType,
    acl,
    metadata,
    sizeBytes,
    etag,
    lastModified,
    segments,
  });
  await bucket.removeUpload(uploadId, segments);
  return xmlAnswer([
    "CompleteMultipartUploadResult",
    [
      ["Location", `http://${request.headers["host"] ?? ""}${request.rawPath}`],
      ["Bucket", request.bucket],
      ["Key", request.key],
      ["ETag", `"${etag}"`],
    ],
  ]);
}

export async function abortUpload(request: S3Request, bucket: BucketFolder): Promise<S3Answer> {
  await bucket.removeUpload(uploadOf(request, bucket).uploadId);
  return { status: 204 };
}

export const partsOf = (request: S3Request, bucket: BucketFolder): S3Answer =>
  listParts(request, uploadOf(request, bucket));

function uploadOf(request: S3Request, bucket: BucketFolder): UploadRecord {
  const upload = bucket.uploads.get(request.parameters.get("uploadId") ?? "");
  if (upload === undefined || upload.key !== request.key) throw faults.noSuchUpload();
  return upload;
}

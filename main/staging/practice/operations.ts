import type { BucketFolder } from "./bucket-folder.ts";
import { listObjects, listUploads, xmlAnswer } from "./list-operations.ts";
import { getObject, putAcl, putObject } from "./object-operations.ts";
import type { RequestBody } from "./request-body.ts";
import { faults, S3Fault } from "./s3-fault.ts";
import type { S3Answer, S3Request } from "./s3-request.ts";
import { abortUpload, completeUpload, createUpload, partsOf, uploadPart } from "./upload-operations.ts";

/** Sub-resources of S3 that this store lacks; a request for one must not be taken for a plain GET or PUT. */
const unsupported = [
  "accelerate",
  "analytics",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "tagging",
  "torrent",
  "versionId",
  "versions",
  "website",
];

export interface Store {
  readonly buckets: ReadonlyMap<string, BucketFolder>;
  readonly maxObjectBytes: number;
}

/**
 * Finds and runs the operation. `body` is null for a request that nobody signed: then only a public object can
 * be read, and what is not public and what is not there look the same.
 */
export async function operate(request: S3Request, store: Store, body: RequestBody | null): Promise<S3Answer> {
  if (body === null) return readAnonymously(request, store);
  if (request.bucket === "") {
    if (request.method === "GET") return listBuckets(store);
    throw notAllowed();
  }
  const bucket = store.buckets.get(request.bucket);
  if (bucket === undefined) {
    if (request.method === "PUT" && request.key === "") throw faults.notImplemented("CreateBucket");
    throw faults.noSuchBucket();
  }
  for (const name of unsupported) {
    if (request.parameters.has(name)) throw faults.notImplemented(`?${name}`);
  }
  return request.key === ""
    ? onBucket(request, bucket)
    : onObject(request, bucket, body, store.maxObjectBytes);
}

function readAnonymously(request: S3Request, store: Store): S3Answer {
  const bucket = store.buckets.get(request.bucket);
  const record = bucket?.objects.get(request.key);
  const reads = request.method === "GET" || request.method === "HEAD";
  if (bucket === undefined || record?.acl !== "public-read" || !reads || request.query.length > 0) {
    throw faults.accessDenied();
  }
  return getObject(request, bucket, record);
}

function listBuckets(store: Store): S3Answer {
  const created = new Date(0).toISOString();
  return xmlAnswer([
    "ListAllMyBucketsResult",
    [
      ["Owner", [["ID", "practice"]]],
      [
        "Buckets",
        [...store.buckets.keys()].map((name) => [
          "Bucket",
          [
            ["Name", name],
            ["CreationDate", created],
          ],
        ]),
      ],
    ],
  ]);
}

function onBucket(request: S3Request, bucket: BucketFolder): S3Answer {
  const has = (name: string): boolean => request.parameters.has(name);
  if (has("acl")) throw faults.notImplemented("?acl of a bucket");
  switch (request.method) {
    case "HEAD":
    case "PUT": // the bucket is there already and its owner asks: S3 answers 200 in us-east-1
      return { status: 200 };
    case "GET":
      if (has("location")) return xmlAnswer(["LocationConstraint", []]);
      if (has("versioning")) return xmlAnswer(["VersioningConfiguration", []]);
      return has("uploads") ? listUploads(request, bucket) : listObjects(request, bucket);
    case "DELETE":
      throw faults.notImplemented("DeleteBucket");
    default:
      throw notAllowed();
  }
}

async function onObject(
  request: S3Request,
  bucket: BucketFolder,
  body: RequestBody,
  maxObjectBytes: number,
): Promise<S3Answer> {
  const has = (name: string): boolean => request.parameters.has(name);
  switch (request.method) {
    case "GET":
    case "HEAD": {
      if (has("acl")) throw faults.notImplemented("GetObjectAcl");
      if (has("uploadId")) return partsOf(request, bucket);
      const record = bucket.objects.get(request.key);
      if (record === undefined) throw faults.noSuchKey();
      return getObject(request, bucket, record);
    }
    case "PUT":
      if (has("uploadId")) return uploadPart(request, bucket, body);
      return has("acl") ? putAcl(request, bucket) : putObject(request, bucket, body);
    case "POST":
      if (has("uploads")) return createUpload(request, bucket);
      if (has("uploadId")) return completeUpload(request, bucket, body, maxObjectBytes);
      throw notAllowed();
    case "DELETE":
      if (has("uploadId")) return abortUpload(request, bucket);
      await bucket.removeObject(request.key);
      return { status: 204 };
    default:
      throw notAllowed();
  }
}

const notAllowed = (): S3Fault =>
  new S3Fault(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");

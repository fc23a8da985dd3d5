import { AppError } from "#core/lib/app-error.ts";
import type { StagingUpload } from "../staging-store.ts";
import { FileReader } from "../upload/file-reader.ts";
import { planParts } from "../upload/plan-parts.ts";
import { UploadProgress } from "../upload/send-body.ts";
import { uploadParts } from "../upload/upload-parts.ts";
import { multipartUpload } from "./multipart-upload.ts";
import { sendContent, type UploadTarget } from "./send-content.ts";

/** "Object Storage Limits": an object has at most 10 TiB. */
const longestObjectBytes = 10 * 1024 ** 4;

/** Puts a file into the bucket, in one request when it fits into one part, else part by part. Answers SHA-256. */
export async function uploadFile(target: UploadTarget, args: StagingUpload): Promise<string> {
  if (args.sizeBytes > longestObjectBytes) {
    throw new AppError("bad-input", `${args.path} is larger than an object can be (10 TiB)`);
  }
  const parts = planParts(args.sizeBytes, target.partBytes);
  return parts.length <= 1 ? putWhole(target, args) : uploadParts(multipartUpload(target, args), args, parts);
}

async function putWhole(target: UploadTarget, args: StagingUpload): Promise<string> {
  await using file = await FileReader.open(args.path, args.sizeBytes);
  const progress = new UploadProgress(args.sizeBytes, args.onProgress);
  const { sizeBytes, signal } = args;
  const part = await file.read({ number: 1, startByte: 0, sizeBytes }, Buffer.allocUnsafeSlow(sizeBytes));
  const sha256 = await file.finish();
  const path = await target.bucket.path(signal, "o", args.key);
  const headers = { "content-type": args.contentType };
  await sendContent(target, { path, headers, what: args.key }, part, progress, signal);
  return sha256;
}

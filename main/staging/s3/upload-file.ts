import { AppError } from "#core/lib/app-error.ts";
import type { StagingUpload } from "../staging-store.ts";
import { FileReader } from "../upload/file-reader.ts";
import { assertEtag } from "./etag.ts";
import { uploadParts } from "../upload/upload-parts.ts";
import { multipartUpload } from "./multipart-upload.ts";
import { maxObjectBytes, planParts } from "../upload/plan-parts.ts";
import { sendBody, UploadProgress } from "../upload/send-body.ts";
import { cannedAcl, type UploadTarget } from "./upload-target.ts";

/** Puts a file into the bucket, in one request when it fits into one part, else part by part. Answers SHA-256. */
export async function uploadFile(target: UploadTarget, args: StagingUpload): Promise<string> {
  if (args.sizeBytes > maxObjectBytes) {
    throw new AppError("bad-input", `${args.path} is larger than an S3 object can be`);
  }
  const parts = planParts(args.sizeBytes, target.partBytes);
  return parts.length <= 1 ? putWhole(target, args) : uploadParts(multipartUpload(target, args), args, parts);
}

async function putWhole({ ask, bucket, gate }: UploadTarget, args: StagingUpload): Promise<string> {
  await using file = await FileReader.open(args.path, args.sizeBytes);
  const progress = new UploadProgress(args.sizeBytes, args.onProgress);
  const { sizeBytes } = args;
  const { bytes, md5 } = await file.read(
    { number: 1, startByte: 0, sizeBytes },
    Buffer.allocUnsafeSlow(sizeBytes),
  );
  const sha256 = await file.finish();
  const answer = await ask(
    args.signal,
    (client, sdk, options) =>
      sendBody(bytes, progress, { gate, signal: args.signal }, (body) =>
        client.send(
          new sdk.PutObjectCommand({
            Bucket: bucket,
            Key: args.key,
            Body: body,
            ContentLength: bytes.length,
            ContentType: args.contentType,
            ContentMD5: md5.toString("base64"),
            ACL: cannedAcl(args),
          }),
          options,
        ),
      ),
    "content",
  );
  assertEtag(answer, md5, args.key);
  return sha256;
}

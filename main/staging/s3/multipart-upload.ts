import { AppError } from "#core/lib/app-error.ts";
import type { StagingUpload } from "../staging-store.ts";
import { assertEtag, bareEtag, compositeEtag } from "./etag.ts";
import { FileReader, type ReadPart } from "../upload/file-reader.ts";
import type { Part } from "../upload/plan-parts.ts";
import { sendBody, type UploadProgress } from "../upload/send-body.ts";
import { hashParts, sendParts, type KnownParts } from "../upload/send-parts.ts";
import { isMissing } from "./staging-error.ts";
import { cannedAcl, type UploadTarget } from "./upload-target.ts";

interface Run {
  target: UploadTarget;
  args: StagingUpload;
  file: FileReader;
  parts: readonly Part[];
  uploadId: string;
  known: KnownParts;
}

/** Uploads a file of several parts, going on where an earlier attempt stopped. Answers the file's SHA-256. */
export async function uploadParts(
  target: UploadTarget,
  args: StagingUpload,
  parts: readonly Part[],
): Promise<string> {
  // Opened before the store is asked, so that a change from here on is noticed.
  await using file = await FileReader.open(args.path, args.sizeBytes);
  if (args.resume !== null) {
    const { uploadId } = args.resume;
    const known = await knownParts(target, args, uploadId);
    if (known !== null) return await transfer({ target, args, file, parts, uploadId, known });
    const sha256 = await alreadyComplete(target, args, parts);
    if (sha256 !== null) return sha256;
  }
  const uploadId = await begin(target, args);
  return await transfer({ target, args, file, parts, uploadId, known: new Map() });
}

async function begin({ ask, bucket }: UploadTarget, args: StagingUpload): Promise<string> {
  const { UploadId } = await ask(args.signal, (client, sdk, options) =>
    client.send(
      new sdk.CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: args.key,
        ContentType: args.contentType,
        ACL: cannedAcl(args),
      }),
      options,
    ),
  );
  if (UploadId === undefined) throw new AppError("protocol", "The storage began an upload without an id");
  await args.onUploadId(UploadId);
  return UploadId;
}

/** null: the store does not know this upload (any more). */
async function knownParts(
  { ask, bucket }: UploadTarget,
  args: StagingUpload,
  uploadId: string,
): Promise<KnownParts | null> {
  const known = new Map<number, { md5: string; etag: string; sizeBytes: number }>();
  let marker: string | undefined;
  do {
    try {
      const page = await ask(args.signal, (client, sdk, options) =>
        client.send(
          new sdk.ListPartsCommand({
            Bucket: bucket,
            Key: args.key,
            UploadId: uploadId,
            ...(marker === undefined ? {} : { PartNumberMarker: marker }),
          }),
          options,
        ),
      );
      for (const part of page.Parts ?? []) {
        // A part's ETag is its MD5; with a store that encrypts it is not, and the part is sent again.
        const etag = bareEtag(part.ETag);
        known.set(part.PartNumber ?? 0, { md5: etag, etag, sizeBytes: part.Size ?? -1 });
      }
      const next = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
      marker = next === marker ? undefined : next;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  } while (marker !== undefined);
  return known;
}

/** Reads, sends and puts together. */
async function transfer(run: Run): Promise<string> {
  const { args, file, parts, known } = run;
  const { etags, md5s, sha256 } = await sendParts({
    args,
    file,
    parts,
    known,
    parallel: run.target.parallel,
    send: (part, progress, signal) => sendPart(run, part, progress, signal),
  });
  await complete(run, etags, compositeEtag(md5s));
  return sha256;
}

async function sendPart(
  { target, args, uploadId }: Run,
  part: ReadPart,
  progress: UploadProgress,
  signal: AbortSignal,
): Promise<string> {
  const answer = await target.ask(
    signal,
    (client, sdk, options) =>
      sendBody(part.bytes, progress, { gate: target.gate, signal }, (body) =>
        client.send(
          new sdk.UploadPartCommand({
            Bucket: target.bucket,
            Key: args.key,
            UploadId: uploadId,
            PartNumber: part.number,
            Body: body,
            ContentLength: part.sizeBytes,
            ContentMD5: part.md5.toString("base64"),
          }),
          options,
        ),
      ),
    "content",
  );
  assertEtag(answer, part.md5, `part ${part.number} of ${args.key}`);
  return bareEtag(answer.ETag);
}

async function complete(run: Run, etags: ReadonlyMap<number, string>, expected: string): Promise<void> {
  const { target, args, parts, uploadId } = run;
  const Parts = parts.map(({ number }) => ({ PartNumber: number, ETag: `"${etags.get(number) ?? ""}"` }));
  try {
    await target.ask(args.signal, (client, sdk, options) =>
      client.send(
        new sdk.CompleteMultipartUploadCommand({
          Bucket: target.bucket,
          Key: args.key,
          UploadId: uploadId,
          MultipartUpload: { Parts },
        }),
        options,
      ),
    );
  } catch (error) {
    // The answer to a completion may get lost on the way; asked again, the store knows no such upload any more.
    if (isMissing(error) && (await etagOf(target, args)) === expected) return;
    throw error;
  }
}

/** ETag of the object of the expected size, or null. */
async function etagOf({ ask, bucket }: UploadTarget, args: StagingUpload): Promise<string | null> {
  try {
    const head = await ask(args.signal, (client, sdk, options) =>
      client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: args.key }), options),
    );
    return head.ContentLength === args.sizeBytes ? bareEtag(head.ETag) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * An earlier attempt may have been killed right after it completed: then the object is there and its ETag is
 * that of the local parts. Answers the file's SHA-256, or null when it must be uploaded.
 */
async function alreadyComplete(
  target: UploadTarget,
  args: StagingUpload,
  parts: readonly Part[],
): Promise<string | null> {
  const etag = await etagOf(target, args);
  if (etag?.endsWith(`-${parts.length}`) !== true) return null;
  const { md5s, sha256 } = await hashParts(args, parts);
  return compositeEtag(md5s) === etag ? sha256 : null;
}

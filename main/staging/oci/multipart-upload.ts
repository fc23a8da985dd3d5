import { z } from "zod";
import type { StagingUpload } from "../staging-store.ts";
import { FileReader } from "../upload/file-reader.ts";
import type { Part } from "../upload/plan-parts.ts";
import { hashParts, sendParts, type KnownParts } from "../upload/send-parts.ts";
import { damaged, isMadeOf } from "./checksums.ts";
import { allPages } from "./pages.ts";
import { isMissing } from "./refusal.ts";
import { sendContent, type UploadTarget } from "./send-content.ts";

const BegunSchema = z.object({ uploadId: z.string().min(1) });
const PartsSchema = z.array(
  z.object({ partNumber: z.number(), etag: z.string(), md5: z.string().nullish(), size: z.number() }),
);

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
    if (known !== null) return await transfer(target, args, { file, parts, uploadId, known });
    const sha256 = await alreadyComplete(target, args, parts);
    if (sha256 !== null) return sha256;
  }
  const uploadId = await begin(target, args);
  return await transfer(target, args, { file, parts, uploadId, known: new Map() });
}

async function begin({ bucket }: UploadTarget, args: StagingUpload): Promise<string> {
  const { signal } = args;
  const path = await bucket.path(signal, "u");
  const body = { object: args.key, contentType: args.contentType };
  const { json } = await bucket.ask({ method: "POST", path, json: body, signal });
  const { uploadId } = BegunSchema.parse(json);
  await args.onUploadId(uploadId);
  return uploadId;
}

/** null: the store does not know this upload (any more). */
async function knownParts(
  { bucket }: UploadTarget,
  args: StagingUpload,
  uploadId: string,
): Promise<KnownParts | null> {
  const path = await bucket.path(args.signal, "u", args.key);
  try {
    const listed = await allPages(bucket, {
      path,
      query: { uploadId },
      reply: PartsSchema,
      signal: args.signal,
    });
    return new Map(
      listed.map((part) => {
        const md5 = Buffer.from(part.md5 ?? "", "base64").toString("hex");
        return [part.partNumber, { md5, etag: part.etag, sizeBytes: part.size }];
      }),
    );
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Reads, sends and puts together. */
async function transfer(
  target: UploadTarget,
  args: StagingUpload,
  run: { file: FileReader; parts: readonly Part[]; uploadId: string; known: KnownParts },
): Promise<string> {
  const { uploadId } = run;
  const path = await target.bucket.path(args.signal, "u", args.key);
  const { etags, md5s, sha256 } = await sendParts({
    args,
    ...run,
    parallel: target.parallel,
    send: (part, progress, signal) => {
      const query = { uploadId, uploadPartNum: String(part.number) };
      const what = `part ${part.number} of ${args.key}`;
      return sendContent(target, { path, query, what }, part, progress, signal);
    },
  });
  const partsToCommit = run.parts.map(({ number }) => ({ partNum: number, etag: etags.get(number) ?? "" }));
  try {
    const { headers } = await target.bucket.ask({
      method: "POST",
      path,
      query: { uploadId },
      json: { partsToCommit },
      signal: args.signal,
    });
    const told = headers["opc-multipart-md5"];
    if (told !== undefined && !isMadeOf(told, md5s)) throw damaged(args.key);
  } catch (error) {
    // The answer to a commit may get lost on the way; asked again, the store knows no such upload any more.
    if (!isMissing(error) || !isMadeOf(await multipartMd5(target, args), md5s)) throw error;
  }
  return sha256;
}

/** Of the object of the expected size; undefined when it is not there. */
async function multipartMd5(
  { bucket }: UploadTarget,
  args: StagingUpload,
): Promise<string | string[] | undefined> {
  const path = await bucket.path(args.signal, "o", args.key);
  try {
    const { headers } = await bucket.ask({ method: "HEAD", path, signal: args.signal });
    return Number(headers["content-length"]) === args.sizeBytes ? headers["opc-multipart-md5"] : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * An earlier attempt may have been killed right after it committed: then the object is there and is made of the
 * local parts. Answers the file's SHA-256, or null when it must be uploaded.
 */
async function alreadyComplete(
  target: UploadTarget,
  args: StagingUpload,
  parts: readonly Part[],
): Promise<string | null> {
  const told = await multipartMd5(target, args);
  if (told === undefined) return null;
  const { md5s, sha256 } = await hashParts(args, parts);
  return isMadeOf(told, md5s) ? sha256 : null;
}

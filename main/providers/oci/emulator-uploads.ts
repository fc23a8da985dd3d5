import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { issueOf, namespaceName } from "./emulator-images.ts";
import type { EmulatorState, StoredObject, StoredUpload } from "./emulator-state.ts";
import {
  errorReply,
  invalid,
  listReply,
  noContent,
  ok,
  type ObjectDeps,
  type RoutedRequest,
} from "./emulator-wire.ts";

const BeginSchema = z.object({ object: z.string().min(1).max(1024), contentType: z.string().optional() });
const CommitSchema = z.object({
  partsToCommit: z
    .array(z.object({ partNum: z.number().int(), etag: z.string() }))
    .min(1)
    .max(10_000),
});

const uploadNotFound = (): EmulatorReply =>
  errorReply(404, "NoSuchUpload", "The specified upload does not exist.");

/** `/n` and what is below it, but for content that comes in. Object names may hold slashes. */
/** `/n/…/b/<bucket>/u` and what is below it, but for the bytes of parts. */
export async function uploadRoutes(
  request: RoutedRequest,
  bucket: string,
  object: string,
  deps: ObjectDeps,
): Promise<EmulatorReply> {
  if (object !== "") return oneUpload(request, bucket, object, deps);
  return request.method === "POST"
    ? begin(request, bucket, deps)
    : listUploads(request.url, bucket, deps.state);
}

async function begin({ body }: RoutedRequest, bucket: string, deps: ObjectDeps): Promise<EmulatorReply> {
  const parsed = BeginSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  const { object, contentType = "application/octet-stream" } = parsed.data;
  const upload: StoredUpload = {
    bucket,
    object,
    uploadId: randomUUID(),
    contentType,
    timeCreated: deps.nowIso(),
    parts: [],
  };
  deps.state.data.uploads.push(upload);
  await deps.state.save();
  return ok(wireUpload(upload));
}

const wireUpload = ({ bucket, object, uploadId, timeCreated }: StoredUpload): object => ({
  namespace: namespaceName,
  bucket,
  object,
  uploadId,
  timeCreated,
});

const listUploads = (url: URL, bucket: string, state: EmulatorState): EmulatorReply =>
  listReply(state.data.uploads.filter((each) => each.bucket === bucket).map(wireUpload), url);

async function oneUpload(
  request: RoutedRequest,
  bucket: string,
  object: string,
  deps: ObjectDeps,
): Promise<EmulatorReply> {
  const { method, url } = request;
  const { state } = deps;
  const uploadId = url.searchParams.get("uploadId");
  const upload = state.data.uploads.find(
    (each) => each.bucket === bucket && each.object === object && each.uploadId === uploadId,
  );
  if (upload === undefined) return uploadNotFound();
  if (method === "GET") {
    const parts = upload.parts.toSorted((a, b) => a.partNumber - b.partNumber);
    return listReply(
      parts.map(({ partNumber, etag, md5, size }) => ({ partNumber, etag, md5, size })),
      url,
    );
  }
  if (method === "POST") return commit(request, upload, deps);
  if (method !== "DELETE") return errorReply(405, "MethodNotAllowed", "");
  await forget(upload, state);
  return noContent;
}

async function forget(upload: StoredUpload, state: EmulatorState): Promise<void> {
  state.data.uploads = state.data.uploads.filter((each) => each !== upload);
  await state.save();
  for (const { file } of upload.parts) await rm(state.filePath(file), { force: true });
}

async function commit(
  { body }: RoutedRequest,
  upload: StoredUpload,
  { state, nowIso }: ObjectDeps,
): Promise<EmulatorReply> {
  const parsed = CommitSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  const chosen = parsed.data.partsToCommit
    .toSorted((a, b) => a.partNum - b.partNum)
    .map(({ partNum, etag }) =>
      upload.parts.find((part) => part.partNumber === partNum && part.etag === etag),
    );
  const parts = chosen.filter((part) => part !== undefined);
  if (parts.length !== chosen.length)
    return errorReply(
      400,
      "InvalidUploadPart",
      "One or more of the parts could not be found, or its ETag does not match.",
    );
  const file = randomUUID();
  const whole = createHash("md5");
  for (const part of parts) {
    whole.update(Buffer.from(part.md5, "base64"));
    await pipeline(
      createReadStream(state.filePath(part.file)),
      createWriteStream(state.filePath(file), { flags: "a" }),
    );
  }
  const md5 = `${whole.digest("base64")}-${parts.length}`;
  const sizeBytes = parts.reduce((sum, { size }) => sum + size, 0);
  const { bucket, object: name, contentType } = upload;
  const object = {
    bucket,
    name,
    file,
    sizeBytes,
    contentType,
    etag: randomUUID(),
    md5,
    timeCreated: nowIso(),
  };
  await replaceObject(object, state);
  await forget(upload, state);
  return ok(null, { etag: object.etag, "opc-multipart-md5": md5 });
}

async function replaceObject(object: StoredObject, state: EmulatorState): Promise<void> {
  const old = state.data.objects.find(({ bucket, name }) => bucket === object.bucket && name === object.name);
  state.data.objects = [...state.data.objects.filter((each) => each !== old), object];
  await state.save();
  if (old !== undefined) await rm(state.filePath(old.file), { force: true });
}

/** The bytes of an object (`uploadId` null) or of a part. */
export async function receiveContent(
  incoming: IncomingMessage,
  to: { bucket: string; object: string; uploadId: string | null; partNumber: number },
  { state, nowIso }: ObjectDeps,
): Promise<EmulatorReply> {
  const { bucket, object, uploadId, partNumber } = to;
  const upload = state.data.uploads.find(
    (each) => each.uploadId === uploadId && each.object === object && each.bucket === bucket,
  );
  if (uploadId !== null && upload === undefined) return uploadNotFound();
  if (uploadId !== null && !(partNumber >= 1 && partNumber <= 10_000))
    return invalid("uploadPartNum must be between 1 and 10000");
  if (!state.data.buckets.includes(bucket))
    return errorReply(404, "BucketNotFound", `The bucket '${bucket}' does not exist`);
  const file = randomUUID();
  const hash = createHash("md5");
  let size = 0;
  const count = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      size += piece.length;
      done(null, piece);
    },
  });
  try {
    await pipeline(incoming, count, createWriteStream(state.filePath(file)));
  } catch (error) {
    await rm(state.filePath(file), { force: true });
    throw error;
  }
  const md5 = hash.digest("base64");
  const claimed = incoming.headers["content-md5"];
  if (claimed !== undefined && claimed !== md5) {
    await rm(state.filePath(file), { force: true });
    return errorReply(
      400,
      "UnmatchedContentMD5",
      `The computed MD5 of the request body (${md5}) does not match the Content-MD5 header`,
    );
  }
  const etag = randomUUID();
  const headers = { etag, "opc-content-md5": md5 };
  if (upload === undefined) {
    const contentType = incoming.headers["content-type"] ?? "application/octet-stream";
    await replaceObject(
      { bucket, name: object, file, sizeBytes: size, contentType, etag, md5, timeCreated: nowIso() },
      state,
    );
    return ok(null, headers);
  }
  const old = upload.parts.find((part) => part.partNumber === partNumber);
  upload.parts = [...upload.parts.filter((part) => part !== old), { partNumber, file, etag, md5, size }];
  await state.save();
  if (old !== undefined) await rm(state.filePath(old.file), { force: true });
  return ok(null, headers);
}

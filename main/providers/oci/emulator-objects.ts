import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { issueOf, namespaceName } from "./emulator-images.ts";
import type { EmulatorState, StoredLink, StoredObject, StoredUpload } from "./emulator-state.ts";
import { errorReply, invalid, listReply, noContent, ok, type RoutedRequest } from "./emulator-wire.ts";

export interface ObjectDeps {
  readonly state: EmulatorState;
  readonly nowIso: () => string;
}

const LinkSchema = z.object({
  name: z.string().min(1).max(255),
  objectName: z.string().min(1),
  accessType: z.enum(["ObjectRead", "ObjectWrite", "ObjectReadWrite"]),
  timeExpires: z.iso.datetime({ offset: true }),
});
const BeginSchema = z.object({ object: z.string().min(1).max(1024), contentType: z.string().optional() });
const CommitSchema = z.object({
  partsToCommit: z
    .array(z.object({ partNum: z.number().int(), etag: z.string() }))
    .min(1)
    .max(10_000),
});

const objectNotFound = (name: string, bucket: string): EmulatorReply =>
  errorReply(
    404,
    "ObjectNotFound",
    `The object '${name}' does not exist in bucket '${bucket}' with namespace '${namespaceName}'`,
  );
const uploadNotFound = (): EmulatorReply =>
  errorReply(404, "NoSuchUpload", "The specified upload does not exist.");

/** `/n` and what is below it, but for content that comes in. Object names may hold slashes. */
export async function objectRoutes(request: RoutedRequest, deps: ObjectDeps): Promise<EmulatorReply> {
  const { method, segments, url } = request;
  const { state } = deps;
  const [, namespace, b, bucket, kind, ...rest] = segments;
  if (namespace === undefined)
    return method === "GET" ? ok(namespaceName) : errorReply(405, "MethodNotAllowed", "");
  if (namespace !== namespaceName || b !== "b") {
    return errorReply(404, "NamespaceNotFound", `The namespace '${namespace}' does not exist`);
  }
  if (bucket === undefined || !state.data.buckets.includes(bucket)) {
    return errorReply(
      404,
      "BucketNotFound",
      `Either the bucket named '${bucket ?? ""}' does not exist in the namespace '${namespace}' or you are not authorized to access it`,
    );
  }
  const name = rest.join("/");
  if (kind === undefined) return ok({ namespace, name: bucket });
  if (kind === "o" && rest.length === 0) return listObjects(url, bucket, state);
  if (kind === "o") return oneObject(request, bucket, name, deps);
  if (kind === "u" && rest.length === 0)
    return method === "POST" ? begin(request, bucket, deps) : listUploads(url, bucket, state);
  if (kind === "u") return oneUpload(request, bucket, name, deps);
  if (kind === "p" && rest.length === 0)
    return method === "POST" ? createLink(request, bucket, deps) : listLinks(url, bucket, state);
  if (kind !== "p" || method !== "DELETE") return errorReply(404, "NotFound", "There is nothing here");
  const link = state.data.links.find((each) => each.bucket === bucket && each.id === name);
  if (link === undefined)
    return errorReply(404, "PreauthenticatedRequestNotFound", "There is no such request");
  state.data.links = state.data.links.filter((each) => each !== link);
  await state.save();
  return noContent;
}

function listObjects(url: URL, bucket: string, state: EmulatorState): EmulatorReply {
  const prefix = url.searchParams.get("prefix") ?? "";
  const start = url.searchParams.get("start") ?? "";
  const limit = Number(url.searchParams.get("limit") ?? "1000");
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    return invalid("limit must be between 1 and 1000");
  const all = state.data.objects
    .filter((object) => object.bucket === bucket && object.name.startsWith(prefix) && object.name >= start)
    .toSorted((a, z2) => (a.name < z2.name ? -1 : 1));
  const objects = all
    .slice(0, limit)
    .map(({ name, sizeBytes, timeCreated, etag, md5 }) => ({
      name,
      size: sizeBytes,
      timeCreated,
      etag,
      md5,
    }));
  const next = all[limit];
  return ok({ objects, ...(next === undefined ? {} : { nextStartWith: next.name }) });
}

async function oneObject(
  { method, headers }: RoutedRequest,
  bucket: string,
  name: string,
  { state }: ObjectDeps,
): Promise<EmulatorReply> {
  const object = state.data.objects.find((each) => each.bucket === bucket && each.name === name);
  if (object === undefined) return objectNotFound(name, bucket);
  if (method === "GET" || method === "HEAD") return serve(object, method, headers.range, state);
  if (method !== "DELETE") return errorReply(405, "MethodNotAllowed", "");
  state.data.objects = state.data.objects.filter((each) => each !== object);
  await state.save();
  await rm(state.filePath(object.file), { force: true });
  return noContent;
}

function serve(
  object: StoredObject,
  method: "GET" | "HEAD",
  range: string | undefined,
  state: EmulatorState,
): EmulatorReply {
  const { sizeBytes, contentType, etag, md5 } = object;
  const whole = { start: 0, end: sizeBytes - 1 };
  const wanted = range === undefined ? whole : rangeOf(range, sizeBytes);
  if (wanted === null) return errorReply(416, "InvalidRange", "The range cannot be satisfied");
  const status = range === undefined ? 200 : 206;
  const headers = {
    "content-type": contentType,
    "content-length": String(wanted.end - wanted.start + 1),
    "accept-ranges": "bytes",
    etag,
    [md5.includes("-") ? "opc-multipart-md5" : "content-md5"]: md5,
    ...(range === undefined ? {} : { "content-range": `bytes ${wanted.start}-${wanted.end}/${sizeBytes}` }),
  };
  const write = async (response: ServerResponse): Promise<void> => {
    response.writeHead(status, headers);
    if (method === "HEAD" || sizeBytes === 0) response.end();
    else await pipeline(createReadStream(state.filePath(object.file), wanted), response);
  };
  return { status, headers, body: null, write };
}

function rangeOf(text: string, sizeBytes: number): { start: number; end: number } | null {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  if (from === "" && to === "") return null;
  const start = from === "" ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === "" || to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return start > end ? null : { start, end };
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
      `The computed MD5 of the request body (${md5}) does not match the Content-MD5 header (${claimed})`,
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

async function createLink(
  { body }: RoutedRequest,
  bucket: string,
  { state, nowIso }: ObjectDeps,
): Promise<EmulatorReply> {
  const parsed = LinkSchema.safeParse(body);
  if (!parsed.success) return issueOf(parsed.error);
  if (Date.parse(parsed.data.timeExpires) <= Date.parse(nowIso()))
    return invalid("timeExpires must be in the future");
  const link: StoredLink = {
    ...parsed.data,
    // Ids of the service hold characters that must be encoded in a path.
    id: `${randomBytes(12).toString("base64")}:${parsed.data.objectName}`,
    token: randomBytes(24).toString("base64url"),
    bucket,
    timeCreated: nowIso(),
  };
  state.data.links.push(link);
  await state.save();
  const path = [namespaceName, "b", bucket, "o", link.objectName].map(encodeURIComponent).join("/");
  return ok({ ...wireLink(link), accessUri: `/p/${link.token}/n/${path}` });
}

/** Without the address, which is told only once. */
const wireLink = ({ id, name, objectName, accessType, timeCreated, timeExpires }: StoredLink): object => ({
  id,
  name,
  objectName,
  accessType,
  timeCreated,
  timeExpires,
});

function listLinks(url: URL, bucket: string, state: EmulatorState): EmulatorReply {
  const prefix = url.searchParams.get("objectNamePrefix") ?? "";
  const found = state.data.links.filter(
    (each) => each.bucket === bucket && each.objectName.startsWith(prefix),
  );
  return listReply(found.map(wireLink), url);
}

/** The link that an address `/p/<token>/n/…/o/<object>` stands for, when it holds for this access now. */
export function linkFor(
  segments: readonly string[],
  access: "read" | "write",
  { state, nowIso }: ObjectDeps,
): StoredLink | null {
  const [p, token, n, namespace, b, bucket, o, ...rest] = segments;
  if (p !== "p" || n !== "n" || namespace !== namespaceName || b !== "b" || o !== "o") return null;
  const link = state.data.links.find((each) => each.token === token);
  if (link === undefined || link.bucket !== bucket || link.objectName !== rest.join("/")) return null;
  if (Date.parse(link.timeExpires) <= Date.parse(nowIso())) return null;
  const allowed = access === "read" ? "ObjectRead" : "ObjectWrite";
  return link.accessType === allowed || link.accessType === "ObjectReadWrite" ? link : null;
}

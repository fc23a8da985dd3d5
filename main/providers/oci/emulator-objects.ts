import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { namespaceName } from "./emulator-images.ts";
import { linkRoutes } from "./emulator-links.ts";
import type { EmulatorState, StoredObject } from "./emulator-state.ts";
import { uploadRoutes } from "./emulator-uploads.ts";
import { errorReply, invalid, noContent, ok, type ObjectDeps, type RoutedRequest } from "./emulator-wire.ts";

const objectNotFound = (name: string, bucket: string): EmulatorReply =>
  errorReply(
    404,
    "ObjectNotFound",
    `The object '${name}' does not exist in bucket '${bucket}' with namespace '${namespaceName}'`,
  );

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
  if (kind === "u") return uploadRoutes(request, bucket, name, deps);
  if (kind === "p") return linkRoutes(request, bucket, name, deps);
  return errorReply(404, "NotFound", "There is nothing here");
}

function listObjects(url: URL, bucket: string, state: EmulatorState): EmulatorReply {
  const prefix = url.searchParams.get("prefix") ?? "";
  const start = url.searchParams.get("start") ?? "";
  const limit = Number(url.searchParams.get("limit") ?? "1000");
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    return invalid("limit must be between 1 and 1000");
  const all = state.data.objects
    .filter((object) => object.bucket === bucket && object.name.startsWith(prefix) && object.name >= start)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const objects = all.slice(0, limit).map(({ name, sizeBytes, timeCreated, etag, md5 }) => ({
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

import type { BucketFolder } from "./bucket-folder.ts";
import type { ObjectRecord, UploadRecord } from "./records.ts";
import { faults } from "./s3-fault.ts";
import type { S3Answer, S3Request } from "./s3-request.ts";
import { xmlDocument, type XmlNode } from "./s3-xml.ts";
import { uriEncode } from "./sigv4.ts";

export const xmlAnswer = (node: XmlNode, status = 200): S3Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: xmlDocument(node),
});

/** `max-keys`, `max-parts` and `max-uploads` are at most 1000. */
export function limitOf(request: S3Request, name: string): number {
  const text = request.parameters.get(name);
  if (text === undefined || text === "") return 1000;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0) throw faults.invalidArgument(`${name} is not a number`);
  return Math.min(limit, 1000);
}

/** S3 lists keys in the order of their UTF-8 bytes, which is not the order of JavaScript strings. */
const inKeyOrder = (a: { key: string }, b: { key: string }): number =>
  Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
const after = (key: string, marker: string): boolean =>
  Buffer.compare(Buffer.from(key), Buffer.from(marker)) > 0;

interface Page {
  objects: ObjectRecord[];
  commonPrefixes: string[];
  /** Where the next page starts; null on the last one. */
  next: string | null;
}

function pageOf(
  bucket: BucketFolder,
  prefix: string,
  delimiter: string,
  marker: string,
  limit: number,
): Page {
  const objects: ObjectRecord[] = [];
  const commonPrefixes = new Set<string>();
  let last = marker;
  for (const record of [...bucket.objects.values()].toSorted(inKeyOrder)) {
    if (!record.key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : record.key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? null : record.key.slice(0, cut + delimiter.length);
    if (!after(record.key, marker) || (group !== null && (group === marker || commonPrefixes.has(group))))
      continue;
    if (objects.length + commonPrefixes.size === limit) {
      return { objects, commonPrefixes: [...commonPrefixes], next: limit === 0 ? null : last };
    }
    if (group === null) objects.push(record);
    else commonPrefixes.add(group);
    last = group ?? record.key;
  }
  return { objects, commonPrefixes: [...commonPrefixes], next: null };
}

/** ListObjects, version 1 and 2. */
export function listObjects(request: S3Request, bucket: BucketFolder): S3Answer {
  const get = (name: string): string => request.parameters.get(name) ?? "";
  const encode = encoderOf(request);
  const version2 = get("list-type") === "2";
  const token = get("continuation-token");
  const marker = version2
    ? token === ""
      ? get("start-after")
      : Buffer.from(token, "base64url").toString("utf8")
    : get("marker");
  const limit = limitOf(request, "max-keys");
  const page = pageOf(bucket, get("prefix"), get("delimiter"), marker, limit);
  const contents: XmlNode[] = page.objects.map((record) => [
    "Contents",
    [
      ["Key", encode(record.key)],
      ["LastModified", record.lastModified],
      ["ETag", `"${record.etag}"`],
      ["Size", record.sizeBytes],
      ["StorageClass", "STANDARD"],
    ],
  ]);
  const next: XmlNode[] =
    page.next === null
      ? []
      : [version2 ? ["NextContinuationToken", tokenOf(page.next)] : ["NextMarker", encode(page.next)]];
  const own: XmlNode[] = version2
    ? [["KeyCount", page.objects.length + page.commonPrefixes.length], ...echo("ContinuationToken", token)]
    : [["Marker", encode(marker)]];
  return xmlAnswer([
    "ListBucketResult",
    [
      ["Name", request.bucket],
      ["Prefix", encode(get("prefix"))],
      ...echo("Delimiter", encode(get("delimiter"))),
      ...echo("EncodingType", get("encoding-type")),
      ["MaxKeys", limit],
      ["IsTruncated", page.next !== null],
      ...own,
      ...next,
      ...contents,
      ...page.commonPrefixes.map((prefix): XmlNode => ["CommonPrefixes", [["Prefix", encode(prefix)]]]),
    ],
  ]);
}

/** ListMultipartUploads, by key and then by upload id. */
export function listUploads(request: S3Request, bucket: BucketFolder): S3Answer {
  const get = (name: string): string => request.parameters.get(name) ?? "";
  if (get("delimiter") !== "") throw faults.notImplemented("a delimiter in ListMultipartUploads");
  const encode = encoderOf(request);
  const limit = limitOf(request, "max-uploads");
  const keyMarker = get("key-marker");
  const idMarker = get("upload-id-marker");
  const rest = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(get("prefix")))
    .toSorted((a, b) => inKeyOrder(a, b) || (a.uploadId < b.uploadId ? -1 : 1))
    .filter(
      ({ key, uploadId }) =>
        after(key, keyMarker) || (key === keyMarker && idMarker !== "" && uploadId > idMarker),
    );
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const truncated = rest.length > shown.length;
  const next: XmlNode[] =
    truncated && last !== undefined
      ? [
          ["NextKeyMarker", encode(last.key)],
          ["NextUploadIdMarker", last.uploadId],
        ]
      : [];
  return xmlAnswer([
    "ListMultipartUploadsResult",
    [
      ["Bucket", request.bucket],
      ["KeyMarker", encode(keyMarker)],
      ["UploadIdMarker", idMarker],
      ["Prefix", encode(get("prefix"))],
      ["MaxUploads", limit],
      ["IsTruncated", truncated],
      ...echo("EncodingType", get("encoding-type")),
      ...next,
      ...shown.map(({ key, uploadId, initiated }): XmlNode => [
        "Upload",
        [
          ["Key", encode(key)],
          ["UploadId", uploadId],
          ["Initiated", initiated],
          ["StorageClass", "STANDARD"],
        ],
      ]),
    ],
  ]);
}

/** ListParts of one upload. */
export function listParts(request: S3Request, upload: UploadRecord): S3Answer {
  const limit = limitOf(request, "max-parts");
  const marker = Number(request.parameters.get("part-number-marker") ?? "0") || 0;
  const rest = Object.entries(upload.parts)
    .map(([number, part]) => ({ number: Number(number), ...part }))
    .filter((part) => part.number > marker)
    .toSorted((a, b) => a.number - b.number);
  const shown = rest.slice(0, limit);
  const truncated = rest.length > shown.length;
  return xmlAnswer([
    "ListPartsResult",
    [
      ["Bucket", request.bucket],
      ["Key", upload.key],
      ["UploadId", upload.uploadId],
      ["PartNumberMarker", marker],
      ["NextPartNumberMarker", shown.at(-1)?.number ?? 0],
      ["MaxParts", limit],
      ["IsTruncated", truncated],
      ...shown.map((part): XmlNode => [
        "Part",
        [
          ["PartNumber", part.number],
          ["LastModified", part.lastModified],
          ["ETag", `"${part.md5}"`],
          ["Size", part.sizeBytes],
        ],
      ]),
    ],
  ]);
}

const tokenOf = (key: string): string => Buffer.from(key).toString("base64url");
const echo = (name: string, value: string): XmlNode[] => (value === "" ? [] : [[name, value]]);
const encoderOf =
  (request: S3Request) =>
  (text: string): string =>
    request.parameters.get("encoding-type") === "url" ? uriEncode(text).replaceAll("%2F", "/") : text;

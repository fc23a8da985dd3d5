import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPracticeS3, type PracticeS3Options } from "./practice-s3.ts";

const MiB = 1024 * 1024;
const Bucket = "images";
const keys = { accessKeyId: "PRACTICE", secretAccessKey: "practice-secret" };
let home: string;
let folder: string;
let server: Awaited<ReturnType<typeof startPracticeS3>>;
let client: S3Client;

async function start(more: Partial<PracticeS3Options> = {}): Promise<void> {
  server = await startPracticeS3({ folder, ...keys, buckets: [Bucket], ...more });
  // With the SDK's defaults: CRC32 checksums, chunked bodies with trailers.
  client = new S3Client({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: keys,
    forcePathStyle: true,
    maxAttempts: 1,
  });
}
async function stop(): Promise<void> {
  client.destroy();
  await server.close();
}
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-practice-s3-"));
  folder = join(home, "state");
  await start();
});
afterEach(async () => {
  await stop();
  await rm(home, { recursive: true, force: true });
});

const url = (key: string): string => `${server.endpoint}/${Bucket}/${key}`;
const put = (Key: string, Body: string | Buffer, more: object = {}): Promise<unknown> =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const refusal = (status: number, name: string): object => ({ name, $metadata: { httpStatusCode: status } });

describe("who may read what", () => {
  it("hides private objects and everything else from strangers", async () => {
    await put("private", "secret");
    for (const target of ["private", "not-there", "", "?list-type=2", "private?acl"]) {
      expect((await fetch(url(target))).status).toBe(403);
    }
    expect((await fetch(server.endpoint)).status).toBe(403);
    expect((await fetch(url("private"), { method: "HEAD" })).status).toBe(403);
    for (const method of ["PUT", "DELETE", "POST"])
      expect((await fetch(url("new"), { method })).status).toBe(403);
    expect(await get("private")).toEqual(Buffer.from("secret"));
  });

  it("shows public-read objects until they are private again", async () => {
    await put("open", "hello", { ACL: "public-read", ContentType: "text/x", Metadata: { a: "b" } });
    const response = await fetch(url("open"));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/x",
      "content-length": "5",
      "x-amz-meta-a": "b",
      etag: '"5d41402abc4b2a76b9719d911017c592"',
    });
    expect(await response.text()).toBe("hello");
    await client.send(new PutObjectAclCommand({ Bucket, Key: "open", ACL: "private" }));
    expect((await fetch(url("open"))).status).toBe(403);
  });

  it("answers errors as S3 does", async () => {
    const response = await fetch(url("a&b"));
    expect(response.headers.get("content-type")).toBe("application/xml");
    expect(await response.text()).toMatch(
      /^<\?xml [^>]*>\n<Error><Code>AccessDenied<\/Code><Message>Access Denied<\/Message><Resource>\/images\/a&amp;b<\/Resource><RequestId>[0-9A-F]{16}<\/RequestId><\/Error>$/,
    );
  });
});

describe("reading", () => {
  it("serves ranges, over the seams of parts too", async () => {
    const content = randomBytes(11 * MiB);
    const Key = "k";
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ACL: "public-read" }),
    );
    const Parts = [];
    for (const [index, end] of [5 * MiB, 10 * MiB, 11 * MiB].entries()) {
      const Body = content.subarray(index * 5 * MiB, end);
      const PartNumber = index + 1;
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
    const range = async (text: string): Promise<[number, Buffer]> => {
      const response = await fetch(url(Key), { headers: { range: text } });
      return [response.status, Buffer.from(await response.arrayBuffer())];
    };
    const [from, to] = [5 * MiB - 10, 10 * MiB + 10];
    expect((await range(`bytes=${from}-${to - 1}`))[1].equals(content.subarray(from, to))).toBe(true);
    expect(await range("bytes=-3")).toEqual([206, content.subarray(-3)]);
    expect((await range("bytes=0-0"))[1]).toEqual(content.subarray(0, 1));
    expect((await range(`bytes=${content.length}-`))[0]).toBe(416);
    expect((await range("lines=1-2"))[1].equals(content)).toBe(true);
    expect((await get(Key)).equals(content)).toBe(true);
  });
});

describe("writing", () => {
  it("takes the SDK's own checksums, as a header and as a trailer of a stream", async () => {
    const content = randomBytes(300_000);
    await put("header", content);
    expect((await get("header")).equals(content)).toBe(true);
    const Body = Readable.from([content.subarray(0, 100_000), content.subarray(100_000)], {
      objectMode: false,
    });
    await client.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: content.length }));
    expect((await get("stream")).equals(content)).toBe(true);
  });

  it("refuses bytes that are not what their checksum says, and keeps none of them", async () => {
    await expect(put("k", "x", { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject(
      refusal(400, "BadDigest"),
    );
    const ContentMD5 = Buffer.alloc(16).toString("base64");
    await expect(put("k", "x", { ContentMD5 })).rejects.toMatchObject(refusal(400, "BadDigest"));
    await expect(put("k", "x", { ContentMD5: "AA==" })).rejects.toMatchObject(refusal(400, "InvalidDigest"));
    expect(await readdir(join(folder, Bucket, "data"))).toEqual([]);
    await expect(get("k")).rejects.toMatchObject(refusal(404, "NoSuchKey"));
  });

  it("keeps keys inside its folder", async () => {
    const before = await readdir(home);
    const Key = "../../../../evil\u0000\n😀/..";
    await put(Key, "x");
    expect(await get(Key)).toEqual(Buffer.from("x"));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
    expect(Contents?.map((entry) => decodeURIComponent(entry.Key ?? ""))).toEqual([Key]);
    expect(await readdir(home)).toEqual(before);
    await expect(put("k".repeat(1025), "x")).rejects.toMatchObject(refusal(400, "KeyTooLongError"));
    await expect(
      client.send(new PutObjectCommand({ Bucket: "../state", Key: "k", Body: "x" })),
    ).rejects.toThrow();
  });

  it("refuses what it does not implement", async () => {
    await put("k", "x");
    const copy = new CopyObjectCommand({ Bucket, Key: "k2", CopySource: `${Bucket}/k` });
    await expect(client.send(copy)).rejects.toMatchObject(refusal(501, "NotImplemented"));
    await expect(put("k", "x", { ServerSideEncryption: "AES256" })).rejects.toMatchObject(
      refusal(501, "NotImplemented"),
    );
    await expect(put("k", "x", { IfNoneMatch: "*" })).rejects.toMatchObject(refusal(501, "NotImplemented"));
    await expect(put("k", "x", { ACL: "public-read-write" })).rejects.toMatchObject(
      refusal(501, "NotImplemented"),
    );
    await expect(
      client.send(new PutObjectCommand({ Bucket: "other-bucket", Key: "k", Body: "x" })),
    ).rejects.toMatchObject(refusal(404, "NoSuchBucket"));
  });
});

describe("uploads in parts", () => {
  const Key = "k";
  const begin = async (): Promise<string> =>
    (await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? "";
  const part = async (UploadId: string, PartNumber: number, sizeBytes: number): Promise<object> => {
    const Body = Buffer.alloc(sizeBytes, PartNumber);
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  const complete = (UploadId: string, Parts: object[]): Promise<unknown> =>
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));

  it("are only put together from what was sent, in order, and large enough", async () => {
    const id = await begin();
    const one = await part(id, 1, 5 * MiB);
    const two = await part(id, 2, 100);
    const three = await part(id, 3, 100);
    await expect(complete(id, [two, one])).rejects.toMatchObject(refusal(400, "InvalidPartOrder"));
    await expect(complete(id, [one, { ...two, ETag: '"0"' }])).rejects.toMatchObject(
      refusal(400, "InvalidPart"),
    );
    await expect(complete(id, [one, two, three])).rejects.toMatchObject(refusal(400, "EntityTooSmall"));
    await expect(complete(id, [])).rejects.toMatchObject(refusal(400, "MalformedXML"));
    await expect(complete("f".repeat(32), [one])).rejects.toMatchObject(refusal(404, "NoSuchUpload"));
    await part(id, 2, 200);
    await expect(complete(id, [one, two])).rejects.toMatchObject(refusal(400, "InvalidPart"));
    await complete(id, [one, three]);
    expect((await get(Key)).length).toBe(5 * MiB + 100);
    await expect(complete(id, [one, three])).rejects.toMatchObject(refusal(404, "NoSuchUpload"));
    expect(await readdir(join(folder, Bucket, "data"))).toHaveLength(2);
  });

  it("are listed page by page, and so are objects", async () => {
    const ids = [await begin(), await begin(), await begin()];
    for (const number of [1, 2, 3]) await part(ids[0] ?? "", number, number);
    const parts = { Bucket, Key, UploadId: ids[0] ?? "" };
    const first = await client.send(new ListPartsCommand({ ...parts, MaxParts: 2 }));
    expect([first.IsTruncated, first.Parts?.map(({ Size }) => Size)]).toEqual([true, [1, 2]]);
    const PartNumberMarker = first.NextPartNumberMarker ?? "";
    const rest = await client.send(new ListPartsCommand({ ...parts, MaxParts: 2, PartNumberMarker }));
    expect([rest.IsTruncated, rest.Parts?.map(({ Size }) => Size)]).toEqual([false, [3]]);

    const page = await client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2 }));
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    const last = await client.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker, UploadIdMarker }));
    const seen = [...(page.Uploads ?? []), ...(last.Uploads ?? [])].map(({ UploadId }) => UploadId);
    expect(seen).toEqual(ids.toSorted());

    for (const name of ["b/1", "a", "b/2", "ﬀ", "😀", "c"]) await put(name, "x");
    const listed: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const query = { Bucket, Delimiter: "/", MaxKeys: 2, ContinuationToken };
      const objects = await client.send(new ListObjectsV2Command(query));
      expect(objects.KeyCount).toBeLessThanOrEqual(2);
      const names = (objects.Contents ?? []).map((entry) => entry.Key);
      listed.push(...names, ...(objects.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      ContinuationToken = objects.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    // By UTF-8 bytes: the ligature U+FB00 comes before the emoji, although UTF-16 says otherwise.
    expect(listed).toEqual(["a", "b/", "c", "ﬀ", "😀"]);
  });

  it("may not become larger than allowed", async () => {
    await stop();
    await start({ maxObjectBytes: 6 * MiB });
    const id = await begin();
    const parts = [await part(id, 1, 5 * MiB), await part(id, 2, 2 * MiB)];
    await expect(complete(id, parts)).rejects.toMatchObject(refusal(400, "EntityTooLarge"));
  });
});

describe("state on disk", () => {
  it("is there after a new start, without what nobody names", async () => {
    await put("k", "content");
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "u" }));
    const piece = { Bucket, Key: "u", UploadId, PartNumber: 1, Body: "part" };
    await client.send(new UploadPartCommand(piece));
    await stop();
    const bucket = join(folder, Bucket);
    await writeFile(join(bucket, "data", "0".repeat(32)), "orphan of a killed request");
    await writeFile(join(bucket, "objects", `${"0".repeat(64)}.json`), '{"version":1,"key":"to');
    await writeFile(join(bucket, "objects", "x.json.abc.tmp"), "half");
    await mkdir(join(folder, "unrelated"));
    await start();
    expect(await get("k")).toEqual(Buffer.from("content"));
    const { Parts } = await client.send(new ListPartsCommand({ Bucket, Key: "u", UploadId }));
    expect(Parts).toMatchObject([{ PartNumber: 1, Size: 4 }]);
    expect(await readdir(join(bucket, "data"))).toHaveLength(2);
    expect(await readdir(join(bucket, "objects"))).toHaveLength(1);
  });

  it("is not offered twice on one port", async () => {
    const port = Number(new URL(server.endpoint).port);
    await expect(startPracticeS3({ folder, ...keys, buckets: [], port })).rejects.toMatchObject({
      code: "port-in-use",
    });
    await expect(startPracticeS3({ folder, ...keys, buckets: ["../x"] })).rejects.toMatchObject({
      code: "bad-input",
    });
  });
});

describe("broken clients", () => {
  it.each([
    ["a malformed escape", "GET /images/%zz HTTP/1.1", 400],
    ["a path without a bucket", "GET //../../etc/passwd HTTP/1.1", 403],
    ["an absolute target", "GET http://elsewhere/images/k HTTP/1.1", 403],
  ])("survives %s", async (_name, line, status) => {
    const socket = connect(Number(new URL(server.endpoint).port), "127.0.0.1");
    socket.end(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const data of socket) answer += String(data);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await put("k", "still there");
  });
});

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { decodeAwsChunked } from "./aws-chunked.ts";
import type { BucketFolder, Received } from "./bucket-folder.ts";
import { faults, S3Fault } from "./s3-fault.ts";
import type { S3Request } from "./s3-request.ts";
import type { Identity } from "./sigv4.ts";

/** The largest single PUT and the largest part of S3. */
const maxPutBytes = 5 * 1024 ** 3;

/** Body of an authenticated request: opened once, unpacked, and compared with every checksum that came along. */
export class RequestBody {
  readonly #request: S3Request;
  readonly #identity: Identity;
  readonly #raw: AsyncIterable<Uint8Array>;

  constructor(request: S3Request, identity: Identity, raw: AsyncIterable<Uint8Array>) {
    this.#request = request;
    this.#identity = identity;
    this.#raw = raw;
  }

  /** Receives the body into the bucket's data and proves it; what fails is discarded. */
  async into(bucket: BucketFolder): Promise<Received> {
    const { headers } = this.#request;
    for (const name of Object.keys(headers)) {
      if (name.startsWith("x-amz-checksum-") && name !== "x-amz-checksum-crc32") throw unknownChecksum(name);
    }
    const trailers = new Map<string, string>();
    const sums = new Checksums();
    // Only what will be compared is computed: hashing is most of the work of this server.
    const wanted = {
      sha256: isHash(this.#identity.payloadHash),
      crc32: headers["x-amz-checksum-crc32"] !== undefined || headers["x-amz-trailer"] !== undefined,
    };
    const received = await bucket.receive(sums.over(this.#unpacked(trailers), wanted), maxPutBytes);
    try {
      this.#prove(received, sums, trailers);
    } catch (error) {
      await bucket.discard([received.file]);
      throw error;
    }
    return received;
  }

  /** A small document. */
  async text(maxBytes: number): Promise<string> {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of this.#unpacked(new Map())) {
      sizeBytes += piece.length;
      if (sizeBytes > maxBytes) throw faults.entityTooLarge();
      pieces.push(piece);
    }
    const body = Buffer.concat(pieces);
    const { payloadHash } = this.#identity;
    if (isHash(payloadHash) && createHash("sha256").update(body).digest("hex") !== payloadHash) {
      throw hashMismatch();
    }
    return body.toString("utf8");
  }

  #unpacked(trailers: Map<string, string>): AsyncIterable<Uint8Array> {
    const { payloadHash } = this.#identity;
    if (payloadHash.startsWith("STREAMING-")) return decodeAwsChunked(this.#raw, this.#identity, trailers);
    if (payloadHash !== "UNSIGNED-PAYLOAD" && !isHash(payloadHash)) {
      throw faults.invalidArgument("x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a SHA-256");
    }
    return this.#raw;
  }

  #prove(received: Received, sums: Checksums, trailers: ReadonlyMap<string, string>): void {
    const { headers } = this.#request;
    const { payloadHash } = this.#identity;
    const expectedBytes = headers["x-amz-decoded-content-length"] ?? headers["content-length"];
    if (expectedBytes === undefined) {
      throw new S3Fault(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
    }
    if (Number(expectedBytes) !== received.sizeBytes) {
      throw new S3Fault(400, "IncompleteBody", "You did not provide the number of bytes specified");
    }
    if (isHash(payloadHash) && payloadHash !== sums.sha256()) throw hashMismatch();
    const contentMd5 = headers["content-md5"];
    if (contentMd5 !== undefined) {
      const given = Buffer.from(contentMd5, "base64");
      if (given.length !== 16)
        throw new S3Fault(400, "InvalidDigest", "The Content-MD5 you specified is not valid.");
      if (given.toString("hex") !== received.md5) throw badDigest("Content-MD5");
    }
    for (const [name, value] of [...Object.entries(headers), ...trailers]) {
      if (name.startsWith("x-amz-checksum-")) assertCrc32(name, value, sums.crc32);
    }
  }
}

class Checksums {
  readonly #sha256 = createHash("sha256");
  crc32 = 0;

  sha256(): string {
    return this.#sha256.digest("hex");
  }

  async *over(
    pieces: AsyncIterable<Uint8Array>,
    wanted: { sha256: boolean; crc32: boolean },
  ): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      if (wanted.sha256) this.#sha256.update(piece);
      if (wanted.crc32) this.crc32 = crc32(piece, this.crc32);
      yield piece;
    }
  }
}

function assertCrc32(name: string, value: string, crc: number): void {
  if (name !== "x-amz-checksum-crc32") throw unknownChecksum(name);
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(crc);
  if (value !== expected.toString("base64")) throw badDigest("checksum");
}

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
const unknownChecksum = (name: string): S3Fault => faults.notImplemented(name);
const badDigest = (what: string): S3Fault =>
  new S3Fault(400, "BadDigest", `The ${what} you specified did not match what we received.`);
const hashMismatch = (): S3Fault =>
  new S3Fault(
    400,
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );

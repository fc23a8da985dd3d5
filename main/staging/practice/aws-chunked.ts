import { chunkSignature, equalHex, type Identity } from "./sigv4.ts";
import { faults, S3Fault } from "./s3-fault.ts";

const maxChunkBytes = 64 * 1024 * 1024;
const maxHeaderBytes = 1024;
const maxTrailers = 8;

/**
 * Unpacks an `aws-chunked` body: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, ended by a chunk of size 0
 * and, for the trailer variants, trailing header lines (put into `trailers`). Signed chunks are verified before
 * they are passed on.
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Uint8Array>,
  identity: Identity,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const signed = identity.payloadHash.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  const trailing = identity.payloadHash.endsWith("-TRAILER");
  const reader = new ByteReader(body);
  let previous = identity.chunkKey.seedSignature;
  for (;;) {
    const { sizeBytes, signature } = parseHeader(await reader.line());
    const chunk = await reader.take(sizeBytes);
    if (signed) {
      previous = verified(identity, previous, chunk, signature);
    }
    if (sizeBytes === 0) break;
    yield chunk;
    if ((await reader.line()) !== "") throw faults.invalidRequest("A chunk is longer than it says");
  }
  for (let line = await reader.line(); trailing && line !== ""; line = await reader.line()) {
    const [name = "", value = ""] = line.split(":", 2);
    if (trailers.size < maxTrailers) trailers.set(name.trim().toLowerCase(), value.trim());
  }
}

function verified(identity: Identity, previous: string, chunk: Uint8Array, signature: string | null): string {
  const expected = chunkSignature(identity.chunkKey, previous, chunk);
  if (signature === null || !equalHex(Buffer.from(expected, "hex"), signature)) {
    throw new S3Fault(403, "SignatureDoesNotMatch", "The signature of a chunk does not match");
  }
  return expected;
}

function parseHeader(line: string): { sizeBytes: number; signature: string | null } {
  const match = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  const sizeBytes = Number.parseInt(match?.[1] ?? "", 16);
  if (match === null || sizeBytes > maxChunkBytes) throw faults.invalidRequest("A chunk header is malformed");
  return { sizeBytes, signature: match[2] ?? null };
}

class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value]);
    return true;
  }

  /** Up to the next CRLF; at the end of the body what is left. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#held.toString("latin1", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > maxHeaderBytes) throw faults.invalidRequest("A chunk header is too long");
      if (!(await this.#more())) {
        const rest = this.#held.toString("latin1");
        this.#held = Buffer.alloc(0);
        return rest;
      }
    }
  }

  async take(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let missing = count;
    for (;;) {
      const piece = this.#held.subarray(0, missing);
      this.#held = this.#held.subarray(piece.length);
      pieces.push(piece);
      missing -= piece.length;
      if (missing === 0) return Buffer.concat(pieces);
      if (!(await this.#more())) {
        throw new S3Fault(
          400,
          "IncompleteBody",
          "The body ended before the number of bytes that it announced",
        );
      }
    }
  }
}

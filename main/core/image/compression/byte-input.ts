import { unreadable } from "#core/image/source/binary.ts";

/** Bytes that come in pieces, for a decoder that wants some of them in a row. */
export class ByteInput {
  readonly #pieces: AsyncIterator<Buffer>;
  #ended = false;
  /** Valid from `position` on, until the next `fill`. */
  bytes: Buffer = Buffer.alloc(0);
  position = 0;
  /** Bytes dropped from before `bytes[0]`. */
  #dropped = 0;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  get available(): number {
    return this.bytes.length - this.position;
  }

  /** Bytes used so far. */
  get consumedBytes(): number {
    return this.#dropped + this.position;
  }

  /** Makes `count` bytes available in a row. false: fewer are left, and all of them are available. */
  async fill(count: number): Promise<boolean> {
    if (this.available >= count) return true;
    const parts = [this.bytes.subarray(this.position)];
    this.#dropped += this.position;
    let available = this.available;
    while (available < count && !this.#ended) {
      const next = await this.#pieces.next();
      if (next.done === true) this.#ended = true;
      else {
        parts.push(next.value);
        available += next.value.length;
      }
    }
    this.bytes =
      parts.length === 2 && parts[0]?.length === 0 ? (parts[1] ?? this.bytes) : Buffer.concat(parts);
    this.position = 0;
    return available >= count;
  }

  /** The next `count` bytes, or an error: the data ends too early. */
  async take(count: number): Promise<Buffer> {
    if (!(await this.fill(count))) throw endsEarly();
    const taken = this.bytes.subarray(this.position, this.position + count);
    this.position += count;
    return taken;
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#pieces.return?.();
  }
}

export const endsEarly = (): Error => unreadable("the packed data ends too early");
export const damaged = (detail: string): Error => unreadable(`the packed data is damaged (${detail})`);

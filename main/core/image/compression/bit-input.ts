import { endsEarly, type ByteInput } from "./byte-input.ts";

/** Bits, the highest of each byte first. */
export class BitInput {
  readonly input: ByteInput;
  /** Bits taken from the input and not used yet: the lowest `count` of `held`. */
  held = 0;
  count = 0;

  constructor(input: ByteInput) {
    this.input = input;
  }

  /** Up to 24 bits as a number. */
  async read(bits: number): Promise<number> {
    while (this.count < bits) {
      if (this.input.available === 0 && !(await this.input.fill(1))) throw endsEarly();
      this.held = ((this.held << 8) | (this.input.bytes[this.input.position++] as number)) >>> 0;
      this.count += 8;
    }
    this.count -= bits;
    const value = (this.held >>> this.count) & (2 ** bits - 1);
    this.held &= 2 ** this.count - 1;
    return value;
  }

  /** Drops what is left of a byte that was begun. */
  alignToByte(): void {
    this.count = 0;
    this.held = 0;
  }
}

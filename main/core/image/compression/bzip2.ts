import { ByteInput, damaged } from "./byte-input.ts";
import { readBzip2Block, type Bzip2Block } from "./bzip2-block.ts";
import { BitInput } from "./bit-input.ts";
import type { Decompressor } from "./decompressor.ts";
import { createPace } from "./pace.ts";

const blockMagic = 0x3141_5926_5359; // digits of pi
const endMagic = 0x1772_4538_5090; // digits of its square root
const sliceBytes = 128 * 1024;

/** bzip2 (as bzip2 1.0.8 writes it): any number of streams, every block's checksum is checked. */
export const unpackBzip2: Decompressor = async function* (pieces) {
  const input = new ByteInput(pieces);
  const bits = new BitInput(input);
  const pace = createPace();
  try {
    for (let first = true; ; first = false) {
      bits.alignToByte();
      if (!first && !(await input.fill(1))) return;
      const head = await input.take(4);
      const level = head.readUInt8(3) - 0x30;
      if (head.toString("latin1", 0, 3) !== "BZh" || level < 1 || level > 9) throw damaged("bzip2 header");
      for (;;) {
        const magic = (await bits.read(24)) * 2 ** 24 + (await bits.read(24));
        const sum = ((await bits.read(16)) * 2 ** 16 + (await bits.read(16))) >>> 0;
        if (magic === endMagic) break;
        if (magic !== blockMagic) throw damaged("bzip2 block");
        const block = await readBzip2Block(bits, level * 100_000, pace);
        yield* unpackRuns(block, sum, pace);
      }
    }
  } finally {
    await input.close();
  }
};

const crcTable = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  crcTable[byte] = value;
}

/** Walks the block in its original order and expands its first run-length code: 4 equal bytes, then a count. */
async function* unpackRuns(
  { next, start, length }: Bzip2Block,
  expectedSum: number,
  pace: ReturnType<typeof createPace>,
): AsyncGenerator<Buffer, void, undefined> {
  const output = Buffer.allocUnsafe(sliceBytes + 256);
  let sum = -1;
  let entry = start;
  let run = 0;
  let previous = -1;
  for (let done = 0; done < length;) {
    let filled = 0;
    for (; done < length && filled < sliceBytes; done++) {
      entry = next[entry >>> 8] as number;
      const byte = entry & 0xff;
      if (run === 4) {
        run = 0;
        for (let i = 0; i < byte; i++) sum = (sum << 8) ^ (crcTable[(sum >>> 24) ^ previous] as number);
        output.fill(previous, filled, filled + byte);
        filled += byte;
        previous = -1;
        continue;
      }
      if (byte === previous) run++;
      else {
        previous = byte;
        run = 1;
      }
      sum = (sum << 8) ^ (crcTable[(sum >>> 24) ^ byte] as number);
      output[filled++] = byte;
    }
    yield output.subarray(0, filled);
    await pace();
  }
  if (~sum >>> 0 !== expectedSum) throw damaged("its checksum is wrong");
}

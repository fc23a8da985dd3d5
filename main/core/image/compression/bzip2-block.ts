import { damaged, endsEarly } from "./byte-input.ts";
import type { BitInput } from "./bit-input.ts";
import { createHuffmanTable, maxCodeBits, type HuffmanTable } from "./bzip2-huffman.ts";
import type { createPace } from "./pace.ts";

/** A block before its last step: entry = byte in the low 8 bits, index of the next entry above. */
export interface Bzip2Block {
  readonly next: Int32Array;
  /** An entry whose upper part names the first byte's entry. */
  readonly start: number;
  readonly length: number;
}

const groupSymbols = 50;
/** Input looked at in a row: a group of symbols of at most 20 bits, with some to spare. */
const groupBytes = 160;
const groupsPerSlice = 1000;

export async function readBzip2Block(
  bits: BitInput,
  maxBytes: number,
  pace: ReturnType<typeof createPace>,
): Promise<Bzip2Block> {
  if ((await bits.read(1)) !== 0) throw damaged("bzip2 block of an old kind");
  const origin = await bits.read(24);
  const alphabet = await readAlphabet(bits);
  const tableCount = await bits.read(3);
  const selectorCount = await bits.read(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount < 1) throw damaged("bzip2 tables");
  const selectors = await readSelectors(bits, tableCount, selectorCount);
  const tables: HuffmanTable[] = [];
  for (let index = 0; index < tableCount; index++) {
    tables.push(createHuffmanTable(await readCodeLengths(bits, alphabet.length + 2)));
  }
  const next = new Int32Array(maxBytes);
  const length = await readSymbols(bits, { alphabet, selectors, tables }, next, pace);
  if (origin >= length) throw damaged("bzip2 block");
  await sortBlock(next, length, pace);
  return { next, start: (next[origin] as number) & ~0xff, length };
}

/** 16 bits say which sixteenths of all bytes are used, 16 more for each of those which bytes. */
async function readAlphabet(bits: BitInput): Promise<Uint8Array> {
  const used = await bits.read(16);
  const bytes: number[] = [];
  for (let part = 0; part < 16; part++) {
    if (((used >> (15 - part)) & 1) === 0) continue;
    const inPart = await bits.read(16);
    for (let bit = 0; bit < 16; bit++) if (((inPart >> (15 - bit)) & 1) === 1) bytes.push(part * 16 + bit);
  }
  if (bytes.length === 0) throw damaged("bzip2 alphabet");
  return Uint8Array.from(bytes);
}

/** Which table each group of 50 symbols uses, moved to front. */
async function readSelectors(bits: BitInput, tableCount: number, count: number): Promise<Uint8Array> {
  const order = [0, 1, 2, 3, 4, 5];
  const selectors = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    let place = 0;
    while ((await bits.read(1)) === 1) if (++place >= tableCount) throw damaged("bzip2 selectors");
    const [table] = order.splice(place, 1);
    order.unshift(table as number);
    selectors[index] = table as number;
  }
  return selectors;
}

async function readCodeLengths(bits: BitInput, symbols: number): Promise<Uint8Array> {
  const lengths = new Uint8Array(symbols);
  let length = await bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (;;) {
      if (length < 1 || length > maxCodeBits) throw damaged("bzip2 code lengths");
      if ((await bits.read(1)) === 0) break;
      length += (await bits.read(1)) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return lengths;
}

interface Coding {
  readonly alphabet: Uint8Array;
  readonly selectors: Uint8Array;
  readonly tables: readonly HuffmanTable[];
}

/** Huffman codes, runs of the front byte in a bijective base-2, move-to-front. Answers how many bytes. */
async function readSymbols(
  bits: BitInput,
  { alphabet, selectors, tables }: Coding,
  target: Int32Array,
  pace: ReturnType<typeof createPace>,
): Promise<number> {
  const { input } = bits;
  const order = Uint8Array.from(alphabet);
  const endSymbol = alphabet.length + 1;
  let length = 0;
  let runLength = 0;
  let runBit = 1;
  for (let group = 0; group < selectors.length; group++) {
    if (group % groupsPerSlice === 0) await pace();
    if (
      input.available < groupBytes &&
      !(await input.fill(groupBytes)) &&
      input.available === 0 &&
      bits.count === 0
    )
      throw endsEarly();
    const { lookup, lookupBits, limits, offsets, symbols } = tables[
      selectors[group] as number
    ] as HuffmanTable;
    const { bytes } = input;
    let { position } = input;
    let { held, count } = bits;
    for (let index = 0; index < groupSymbols; index++) {
      while (count < maxCodeBits) {
        // past the end there are zeros: told below
        held = ((held << 8) | (bytes[position] ?? 0)) & 0x0fff_ffff;
        position++;
        count += 8;
      }
      let entry = lookup[(held >>> (count - lookupBits)) & ((1 << lookupBits) - 1)] as number;
      if (entry !== 0) count -= entry & 31;
      else {
        let width = lookupBits + 1;
        let code = (held >>> (count - width)) & ((1 << width) - 1);
        while (width <= maxCodeBits && code > (limits[width] as number)) {
          width++;
          code = (held >>> (count - width)) & ((1 << width) - 1);
        }
        if (width > maxCodeBits) throw damaged("bzip2 code");
        count -= width;
        entry = (symbols[(offsets[width] as number) + code] as number) << 5;
      }
      const symbol = entry >>> 5;
      if (symbol <= 1) {
        runLength += runBit << symbol;
        runBit <<= 1;
        if (runLength > target.length) throw damaged("bzip2 run");
        continue;
      }
      if (runLength > 0) {
        if (length + runLength > target.length) throw damaged("bzip2 block too long");
        target.fill(order[0] as number, length, length + runLength);
        length += runLength;
        runLength = 0;
        runBit = 1;
      }
      if (symbol === endSymbol) {
        if (position - (count >>> 3) > bytes.length) throw endsEarly();
        // whole bytes that were looked at and not used go back
        input.position = position - (count >>> 3);
        bits.count = count & 7;
        const unusedBits = count & 7;
        bits.held = unusedBits === 0 ? 0 : (held >>> (count & ~7)) & ((1 << unusedBits) - 1);
        return length;
      }
      if (length >= target.length) throw damaged("bzip2 block too long");
      const place = symbol - 1;
      const byte = order[place] as number;
      if (place < 16) for (let i = place; i > 0; i--) order[i] = order[i - 1] as number;
      else order.copyWithin(1, 0, place);
      order[0] = byte;
      target[length++] = byte;
    }
    if (position - (count >>> 3) > bytes.length) throw endsEarly();
    input.position = Math.min(position, bytes.length);
    bits.held = held;
    bits.count = count;
  }
  throw damaged("bzip2 block without an end");
}

/** The inverse Burrows-Wheeler transform: links every byte to the one that follows it. */
async function sortBlock(
  next: Int32Array,
  length: number,
  pace: ReturnType<typeof createPace>,
): Promise<void> {
  const starts = new Int32Array(256);
  for (let index = 0; index < length; index++) {
    const byte = (next[index] as number) & 0xff;
    starts[byte] = (starts[byte] as number) + 1;
  }
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = starts[byte] as number;
    starts[byte] = sum;
    sum += count;
  }
  await pace();
  for (let index = 0; index < length; index++) {
    const byte = (next[index] as number) & 0xff;
    const place = starts[byte] as number;
    starts[byte] = place + 1;
    next[place] = (next[place] as number) | (index << 8);
    if ((index & 0x3_ffff) === 0) await pace();
  }
}

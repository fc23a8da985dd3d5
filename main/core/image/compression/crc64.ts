/** CRC-64 as xz uses it (ECMA-182, reflected): polynomial 0xC96C5795D7870F42, in two halves of 32 bits. */
const polynomialHigh = 0xc96c_5795 | 0;
const polynomialLow = 0xd787_0f42 | 0;

/** Tables for 4 bytes at a time: `[k * 256 + byte]` is the effect of a byte that k others follow. */
const low = new Int32Array(4 * 256);
const high = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
  let l = byte;
  let h = 0;
  for (let bit = 0; bit < 8; bit++) {
    const carry = l & 1;
    l = (l >>> 1) | (h << 31);
    h >>>= 1;
    if (carry === 1) {
      l ^= polynomialLow;
      h ^= polynomialHigh;
    }
  }
  low[byte] = l;
  high[byte] = h;
}
for (let index = 256; index < 4 * 256; index++) {
  const l = low[index - 256] ?? 0;
  const h = high[index - 256] ?? 0;
  low[index] = (low[l & 0xff] ?? 0) ^ ((l >>> 8) | (h << 24));
  high[index] = (high[l & 0xff] ?? 0) ^ (h >>> 8);
}

/** Zeros are most of a disk; a block of them is one multiplication by a matrix, kept as tables of bytes. */
const zeroBlockBytes = 64 * 1024;
const zeroBlock = Buffer.alloc(zeroBlockBytes);
let zeroTables: { low: Int32Array; high: Int32Array } | null = null;

export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const end = Math.min(bytes.length, at + zeroBlockBytes);
      const isZeroBlock = end - at === zeroBlockBytes && zeroBlock.compare(bytes, at, end) === 0;
      if (isZeroBlock) this.#skipZeroBlock();
      else [this.#low, this.#high] = step(this.#low, this.#high, bytes, at, end);
      at = end;
    }
  }

  /** As xz stores it: little endian. */
  digest(): Buffer {
    const result = Buffer.alloc(8);
    result.writeInt32LE(~this.#low, 0);
    result.writeInt32LE(~this.#high, 4);
    return result;
  }

  #skipZeroBlock(): void {
    const tables = (zeroTables ??= createZeroTables());
    let l = 0;
    let h = 0;
    for (let byte = 0; byte < 8; byte++) {
      const half = byte < 4 ? this.#low : this.#high;
      const index = byte * 256 + ((half >>> ((byte & 3) * 8)) & 0xff);
      l ^= tables.low[index] ?? 0;
      h ^= tables.high[index] ?? 0;
    }
    this.#low = l;
    this.#high = h;
  }
}

function step(l: number, h: number, bytes: Buffer, from: number, to: number): [number, number] {
  let at = from;
  for (const end = from + ((to - from) & ~3); at < end; at += 4) {
    const a = 768 + ((l ^ (bytes[at] as number)) & 0xff);
    const b = 512 + (((l >>> 8) ^ (bytes[at + 1] as number)) & 0xff);
    const c = 256 + (((l >>> 16) ^ (bytes[at + 2] as number)) & 0xff);
    const d = (l >>> 24) ^ (bytes[at + 3] as number);
    l = h ^ (low[a] as number) ^ (low[b] as number) ^ (low[c] as number) ^ (low[d] as number);
    h = (high[a] as number) ^ (high[b] as number) ^ (high[c] as number) ^ (high[d] as number);
  }
  for (; at < to; at++) {
    const index = (l ^ (bytes[at] as number)) & 0xff;
    l = (low[index] as number) ^ ((l >>> 8) | (h << 24));
    h = (high[index] as number) ^ (h >>> 8);
  }
  return [l, h];
}

/** The effect of a block of zeros on each of the 64 bits, then on each value of each of the 8 bytes. */
function createZeroTables(): { low: Int32Array; high: Int32Array } {
  const tables = { low: new Int32Array(8 * 256), high: new Int32Array(8 * 256) };
  for (let bit = 0; bit < 64; bit++) {
    const value = 1 << (bit & 31);
    const [l, h] = step(bit < 32 ? value : 0, bit < 32 ? 0 : value, zeroBlock, 0, zeroBlockBytes);
    const base = (bit >>> 3) * 256;
    const mask = 1 << (bit & 7);
    for (let byte = 0; byte < 256; byte++) {
      if ((byte & mask) === 0) continue;
      tables.low[base + byte] = (tables.low[base + byte] ?? 0) ^ l;
      tables.high[base + byte] = (tables.high[base + byte] ?? 0) ^ h;
    }
  }
  return tables;
}

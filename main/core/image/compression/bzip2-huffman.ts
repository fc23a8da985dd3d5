import { damaged } from "./byte-input.ts";

/** bzip2 writes at most 17, its reader takes 20. */
export const maxCodeBits = 20;
const lookupBits = 10;

export interface HuffmanTable {
  readonly lookupBits: number;
  /** By the next `lookupBits` bits: symbol << 5 | width; 0 for a longer code. */
  readonly lookup: Uint16Array;
  /** By width: the highest code. */
  readonly limits: Int32Array;
  /** By width: what to add to a code for its place in `symbols`. */
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

/** A canonical code from its lengths: shorter codes first, then by symbol. */
export function createHuffmanTable(lengths: Uint8Array): HuffmanTable {
  const lookup = new Uint16Array(1 << lookupBits);
  const limits = new Int32Array(maxCodeBits + 2).fill(-1);
  const offsets = new Int32Array(maxCodeBits + 2);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let place = 0;
  for (let width = 1; width <= maxCodeBits; width++) {
    offsets[width] = place - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== width) continue;
      if (code >= 1 << width) throw damaged("bzip2 code");
      if (width <= lookupBits) {
        const first = code << (lookupBits - width);
        lookup.fill((symbol << 5) | width, first, first + (1 << (lookupBits - width)));
      }
      symbols[place++] = symbol;
      code++;
    }
    limits[width] = code - 1;
    code <<= 1;
  }
  return { lookupBits, lookup, limits, offsets, symbols };
}

import { damaged } from "./byte-input.ts";

/** How far a block is unpacked: the next byte of it, and where the next output goes. */
export interface Lz4Place {
  readonly from: number;
  readonly to: number;
}

/**
 * Unpacks a block of LZ4 ("LZ4 Block format description", lz4 1.9: pairs of literals and a match) into `target`
 * until about `stopAt` is reached or the block ends. Matches may reach back to the target's beginning.
 */
export function unpackLz4Block(
  block: Uint8Array,
  target: Uint8Array,
  place: Lz4Place,
  stopAt: number,
): Lz4Place {
  let { from, to } = place;
  while (from < block.length && to < stopAt) {
    const token = block[from++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= block.length) throw damaged("LZ4 block");
        more = block[from++] as number;
        literals += more;
      }
    }
    if (from + literals > block.length || to + literals > target.length) throw damaged("LZ4 literals");
    if (literals > 32) target.set(block.subarray(from, from + literals), to);
    else for (let index = 0; index < literals; index++) target[to + index] = block[from + index] as number;
    from += literals;
    to += literals;
    if (from === block.length) return { from, to }; // the last pair is literals only
    if (from + 2 > block.length) throw damaged("LZ4 block");
    const distance = (block[from] as number) | ((block[from + 1] as number) << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255) {
        if (from >= block.length) throw damaged("LZ4 block");
        more = block[from++] as number;
        length += more;
      }
    }
    if (distance === 0 || distance > to || to + length > target.length) throw damaged("LZ4 match");
    if (distance === 1 && length > 32) target.fill(target[to - 1] as number, to, to + length);
    else if (distance >= length && length > 32) target.copyWithin(to, to - distance, to - distance + length);
    else
      for (let index = to; index < to + length; index++) target[index] = target[index - distance] as number;
    to += length;
  }
  if (from >= block.length) throw damaged("LZ4 block");
  return { from, to };
}

import { unreadable } from "#core/image/source/binary.ts";

const damaged = (detail: string): Error => unreadable(`LZO data is damaged: ${detail}`);

/** Copies of fewer bytes are quicker one by one. */
const bulkBytes = 32;

/**
 * Unpacks one LZO1X stream (Documentation/staging/lzo.rst of the Linux kernel) up to its end marker. Answers at
 * most `maxBytes`; a stream that holds more, or that points outside of itself, is `image-unreadable`. Bytes
 * behind the end marker are left alone. Synchronous: about 200 MB/s, so hand it blocks, not files.
 */
export function decompressLzo1x(input: Buffer, maxBytes: number): Buffer {
  const output = Buffer.alloc(maxBytes);
  let from = 0;
  let to = 0;

  const next = (): number => {
    const byte = input[from++];
    if (byte === undefined) throw damaged("it ends early");
    return byte;
  };
  /** A length that does not fit into its bits goes on in bytes: each zero is 255, the first other one ends it. */
  const extended = (base: number): number => {
    let length = base;
    for (let byte = next(); ; byte = next()) {
      if (byte !== 0) return length + byte;
      length += 255;
      if (length > maxBytes) throw damaged("it is longer than it may be");
    }
  };
  const copyLiterals = (count: number): void => {
    if (from + count > input.length) throw damaged("it ends early");
    if (to + count > maxBytes) throw damaged("it is longer than it may be");
    if (count >= bulkBytes) input.copy(output, to, from, from + count);
    else for (let index = 0; index < count; index++) output[to + index] = input[from + index] ?? 0;
    from += count;
    to += count;
  };
  const copyMatch = (distance: number, count: number): void => {
    if (distance > to) throw damaged("it points before its start");
    if (to + count > maxBytes) throw damaged("it is longer than it may be");
    const source = to - distance;
    // a match may overlap what it writes: then it repeats itself
    if (distance >= count && count >= bulkBytes) output.copy(output, to, source, source + count);
    else for (let index = 0; index < count; index++) output[to + index] = output[source + index] ?? 0;
    to += count;
  };

  /** Literals that came just before: 1 to 3 behind a match, 4 for a run of its own. */
  let state = 0;
  const first = input[0] ?? 0;
  if (first > 17) {
    from = 1;
    copyLiterals(first - 17);
    state = Math.min(first - 17, 4);
  }
  for (;;) {
    const code = next();
    let trailing = code;
    if (code < 16 && state === 0) {
      copyLiterals(3 + (code === 0 ? extended(15) : code));
      state = 4;
      continue;
    }
    if (code < 16) {
      const distance = (next() << 2) + (code >>> 2) + 1;
      if (state === 4) copyMatch(distance + 2048, 3);
      else copyMatch(distance, 2);
    } else if (code < 64) {
      const far = code < 32;
      const bits = code & (far ? 7 : 31);
      const count = 2 + (bits === 0 ? extended(far ? 7 : 31) : bits);
      trailing = next();
      const distance = (next() << 6) + (trailing >>> 2);
      if (far) {
        const above = distance + ((code & 8) << 11);
        if (above === 0) return output.subarray(0, to);
        copyMatch(above + 16384, count);
      } else copyMatch(distance + 1, count);
    } else copyMatch((next() << 3) + ((code >>> 2) & 7) + 1, (code >>> 5) + 1);
    state = trailing & 3;
    if (state > 0) copyLiterals(state);
  }
}

/**
 * LZMA as its specification (lzma-specification.txt of the LZMA SDK, public domain) describes it: an LZ77 whose
 * symbols go through an adaptive binary range coder. One long function with everything in local variables,
 * because that is what the engine turns into fast code: 3 times the speed of one method a bit.
 */
import { at, half, lengthAt, probabilityCount, type LzmaProperties } from "./lzma-layout.ts";
import { LzmaWindow } from "./lzma-window.ts";

/** No symbol takes more input than this: 20 bytes, and one for the last normalisation. */
export const maxSymbolBytes = 21;

/** Why `run` came back. `damaged` is final. */
export type LzmaStop = "output-full" | "input-low" | "end-marker" | "damaged";

export class LzmaDecoder extends LzmaWindow {
  /** Index of the next byte of input. */
  inputAt = 0;
  #probabilities: Uint16Array = new Uint16Array(0);
  #lc = 0;
  #literalMask = 0;
  #positionMask = 0;
  #range = 0;
  #code = 0;
  #state = 0;
  #reps: [number, number, number, number] = [0, 0, 0, 0];
  #pendingLength = 0;

  setProperties({ lc, lp, pb }: LzmaProperties): void {
    const count = probabilityCount({ lc, lp, pb });
    if (this.#probabilities.length !== count) this.#probabilities = new Uint16Array(count);
    this.#lc = lc;
    this.#literalMask = (1 << lp) - 1;
    this.#positionMask = (1 << pb) - 1;
    this.resetState();
  }

  resetState(): void {
    this.#probabilities.fill(half);
    this.#state = 0;
    this.#reps = [0, 0, 0, 0];
    this.#pendingLength = 0;
  }

  /** The first 5 bytes of every range-coded piece. false: they cannot be the beginning of one. */
  startRangeCoder(input: Uint8Array, offset: number): boolean {
    const byte = (index: number): number => input[offset + index] ?? 0;
    this.#range = 0xffff_ffff;
    this.#code = ((byte(1) << 24) | (byte(2) << 16) | (byte(3) << 8) | byte(4)) >>> 0;
    this.inputAt = offset + 5;
    return byte(0) === 0;
  }

  /** True when the range coder stands where an encoder's end leaves it. */
  get isFinished(): boolean {
    return this.#code === 0 && this.#pendingLength === 0;
  }

  /**
   * Decodes until the window is filled up to `outputEnd` (an index of it) or fewer than `maxSymbolBytes` are left
   * before `inputEnd`. The input must be readable up to `inputEnd`.
   */
  run(input: Uint8Array, inputEnd: number, outputEnd: number): LzmaStop {
    const window = this.window;
    const size = window.length;
    const probs = this.#probabilities;
    const lc = this.#lc;
    const literalMask = this.#literalMask;
    const positionMask = this.#positionMask;
    const lastStart = inputEnd - maxSymbolBytes;
    const start = this.position;
    const reachBefore = this.reach;
    const processedBefore = this.processed;
    let [rep0, rep1, rep2, rep3] = this.#reps;
    let range = this.#range;
    let code = this.#code;
    let state = this.#state;
    let ip = this.inputAt;
    let pos = start;
    let length = this.#pendingLength;
    let stop: LzmaStop = "output-full";
    let index = 0;
    let p = 0;
    let bound = 0;

    for (;;) {
      if (length > 0) {
        // copies a match, or the rest of one for which there was no room
        const room = outputEnd - pos;
        const count = length < room ? length : room;
        let from = pos - rep0 - 1;
        if (from < 0) from += size;
        length -= count;
        if (from + count > size) {
          for (let i = 0; i < count; i++) {
            window[pos++] = window[from++] as number;
            if (from === size) from = 0;
          }
        } else if (count < 48) {
          for (const end = pos + count; pos < end;) window[pos++] = window[from++] as number;
        } else if (rep0 === 0) {
          window.fill(window[from] as number, pos, pos + count);
          pos += count;
        } else if (from + count <= pos || from > pos) {
          window.copyWithin(pos, from, from + count);
          pos += count;
        } else {
          for (const end = pos + count; pos < end;) window[pos++] = window[from++] as number;
        }
      }
      if (pos >= outputEnd) break;
      if (ip > lastStart) {
        stop = "input-low";
        break;
      }
      const done = pos - start;
      const processed = (processedBefore + done) | 0;
      const posState = processed & positionMask;

      index = at.isMatch + (state << 4) + posState;
      if (range < 0x100_0000) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | (input[ip++] as number)) >>> 0;
      }
      p = probs[index] as number;
      bound = Math.imul(range >>> 11, p) >>> 0;
      if (code < bound) {
        range = bound;
        probs[index] = p + ((2048 - p) >> 5);
        // a literal
        const reach = reachBefore + done;
        const previous = reach === 0 ? 0 : (window[pos === 0 ? size - 1 : pos - 1] as number);
        const base = at.literal + 0x300 * (((processed & literalMask) << lc) + (previous >> (8 - lc)));
        let symbol = 1;
        let matched = 0;
        let offset = 0;
        if (state >= 7) {
          // after a match, the byte that the match would have gone on with is a part of the context
          const from = pos - rep0 - 1;
          matched = window[from < 0 ? from + size : from] as number;
          offset = 0x100;
        }
        do {
          matched <<= 1;
          const bit = matched & offset;
          index = base + offset + bit + symbol;
          if (range < 0x100_0000) {
            range = (range << 8) >>> 0;
            code = ((code << 8) | (input[ip++] as number)) >>> 0;
          }
          p = probs[index] as number;
          bound = Math.imul(range >>> 11, p) >>> 0;
          if (code < bound) {
            range = bound;
            probs[index] = p + ((2048 - p) >> 5);
            symbol <<= 1;
            offset &= ~bit;
          } else {
            range = (range - bound) >>> 0;
            code = (code - bound) >>> 0;
            probs[index] = p - (p >> 5);
            symbol = (symbol << 1) | 1;
            offset &= bit;
          }
        } while (symbol < 0x100);
        window[pos++] = symbol;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      range = (range - bound) >>> 0;
      code = (code - bound) >>> 0;
      probs[index] = p - (p >> 5);

      let lengthBase: number = at.repLength;
      index = at.isRep + state;
      if (range < 0x100_0000) {
        range = (range << 8) >>> 0;
        code = ((code << 8) | (input[ip++] as number)) >>> 0;
      }
      p = probs[index] as number;
      bound = Math.imul(range >>> 11, p) >>> 0;
      const isRep = code >= bound;
      if (!isRep) {
        range = bound;
        probs[index] = p + ((2048 - p) >> 5);
        rep3 = rep2;
        rep2 = rep1;
        rep1 = rep0;
        lengthBase = at.matchLength;
      } else {
        range = (range - bound) >>> 0;
        code = (code - bound) >>> 0;
        probs[index] = p - (p >> 5);
        if (reachBefore + done === 0) {
          stop = "damaged";
          break;
        }
        let which = 0;
        for (; which < 3; which++) {
          index = at.isNotRep + which * 12 + state;
          if (range < 0x100_0000) {
            range = (range << 8) >>> 0;
            code = ((code << 8) | (input[ip++] as number)) >>> 0;
          }
          p = probs[index] as number;
          bound = Math.imul(range >>> 11, p) >>> 0;
          if (code < bound) {
            range = bound;
            probs[index] = p + ((2048 - p) >> 5);
            break;
          }
          range = (range - bound) >>> 0;
          code = (code - bound) >>> 0;
          probs[index] = p - (p >> 5);
        }
        if (which === 0) {
          index = at.isRep0Long + (state << 4) + posState;
          if (range < 0x100_0000) {
            range = (range << 8) >>> 0;
            code = ((code << 8) | (input[ip++] as number)) >>> 0;
          }
          p = probs[index] as number;
          bound = Math.imul(range >>> 11, p) >>> 0;
          if (code < bound) {
            range = bound;
            probs[index] = p + ((2048 - p) >> 5);
            state = state < 7 ? 9 : 11;
            if (rep0 >= size || rep0 >= reachBefore + done) {
              stop = "damaged";
              break;
            }
            length = 1;
            continue;
          }
          range = (range - bound) >>> 0;
          code = (code - bound) >>> 0;
          probs[index] = p - (p >> 5);
        } else {
          const distance = which === 1 ? rep1 : which === 2 ? rep2 : rep3;
          if (which === 3) rep3 = rep2;
          if (which !== 1) rep2 = rep1;
          rep1 = rep0;
          rep0 = distance;
        }
      }

      // the length: which of three trees, then its bits
      let tree = lengthBase + lengthAt.low + (posState << 3);
      let limit = 8;
      let minimum = 2;
      index = lengthBase;
      for (let choice = 0; choice < 2; choice++) {
        if (range < 0x100_0000) {
          range = (range << 8) >>> 0;
          code = ((code << 8) | (input[ip++] as number)) >>> 0;
        }
        p = probs[index] as number;
        bound = Math.imul(range >>> 11, p) >>> 0;
        if (code < bound) {
          range = bound;
          probs[index] = p + ((2048 - p) >> 5);
          break;
        }
        range = (range - bound) >>> 0;
        code = (code - bound) >>> 0;
        probs[index] = p - (p >> 5);
        if (choice === 0) {
          tree = lengthBase + lengthAt.mid + (posState << 3);
          minimum = 10;
        } else {
          tree = lengthBase + lengthAt.high;
          limit = 256;
          minimum = 18;
        }
        index = lengthBase + 1;
      }
      let symbol = 1;
      do {
        index = tree + symbol;
        if (range < 0x100_0000) {
          range = (range << 8) >>> 0;
          code = ((code << 8) | (input[ip++] as number)) >>> 0;
        }
        p = probs[index] as number;
        bound = Math.imul(range >>> 11, p) >>> 0;
        if (code < bound) {
          range = bound;
          probs[index] = p + ((2048 - p) >> 5);
          symbol <<= 1;
        } else {
          range = (range - bound) >>> 0;
          code = (code - bound) >>> 0;
          probs[index] = p - (p >> 5);
          symbol = (symbol << 1) | 1;
        }
      } while (symbol < limit);
      length = minimum + symbol - limit;

      if (isRep) state = state < 7 ? 8 : 11;
      else {
        state = state < 7 ? 7 : 10;
        // the distance: a slot of 6 bits, then further bits that depend on it
        tree = at.slot + ((length < 6 ? length - 2 : 3) << 6);
        symbol = 1;
        do {
          index = tree + symbol;
          if (range < 0x100_0000) {
            range = (range << 8) >>> 0;
            code = ((code << 8) | (input[ip++] as number)) >>> 0;
          }
          p = probs[index] as number;
          bound = Math.imul(range >>> 11, p) >>> 0;
          if (code < bound) {
            range = bound;
            probs[index] = p + ((2048 - p) >> 5);
            symbol <<= 1;
          } else {
            range = (range - bound) >>> 0;
            code = (code - bound) >>> 0;
            probs[index] = p - (p >> 5);
            symbol = (symbol << 1) | 1;
          }
        } while (symbol < 64);
        const slot = symbol - 64;
        rep0 = slot;
        if (slot >= 4) {
          let bits = (slot >> 1) - 1;
          rep0 = ((2 | (slot & 1)) << bits) >>> 0;
          if (slot < 14) tree = at.special + rep0 - slot;
          else {
            let direct = 0;
            for (bits -= 4; bits > 0; bits--) {
              if (range < 0x100_0000) {
                range = (range << 8) >>> 0;
                code = ((code << 8) | (input[ip++] as number)) >>> 0;
              }
              range >>>= 1;
              direct <<= 1;
              if (code >= range) {
                code = (code - range) >>> 0;
                direct |= 1;
              }
            }
            rep0 = (rep0 + ((direct << 4) >>> 0)) >>> 0;
            bits = 4;
            tree = at.align;
          }
          symbol = 1;
          let reversed = 0;
          for (let bit = 0; bit < bits; bit++) {
            index = tree + symbol;
            if (range < 0x100_0000) {
              range = (range << 8) >>> 0;
              code = ((code << 8) | (input[ip++] as number)) >>> 0;
            }
            p = probs[index] as number;
            bound = Math.imul(range >>> 11, p) >>> 0;
            if (code < bound) {
              range = bound;
              probs[index] = p + ((2048 - p) >> 5);
              symbol <<= 1;
            } else {
              range = (range - bound) >>> 0;
              code = (code - bound) >>> 0;
              probs[index] = p - (p >> 5);
              symbol = (symbol << 1) | 1;
              reversed |= 1 << bit;
            }
          }
          rep0 = (rep0 + reversed) >>> 0;
          if (rep0 === 0xffff_ffff) {
            length = 0;
            stop = "end-marker";
            break;
          }
        }
      }
      if (rep0 >= size || rep0 >= reachBefore + done) {
        stop = "damaged";
        break;
      }
    }

    if (range < 0x100_0000 && ip < inputEnd) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | (input[ip++] as number)) >>> 0;
    }
    this.#reps = [rep0, rep1, rep2, rep3];
    this.#range = range;
    this.#code = code;
    this.#state = state;
    this.inputAt = ip;
    this.#pendingLength = length;
    this.advance(pos - start);
    return stop;
  }
}

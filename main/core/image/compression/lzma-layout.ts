/** A bit that is as likely 0 as 1, of 2048. */
export const half = 1024;
/** Where each group of probabilities begins. */
export const at = {
  isMatch: 0, // [state][posState]
  isRep: 192,
  isNotRep: 204, // three in a row: not the last distance, not the one before, not the one before that
  isRep0Long: 240, // [state][posState]
  slot: 432, // [lengthState][6 bits]
  special: 688, // distances of slots 4 to 13
  align: 816,
  matchLength: 832,
  repLength: 1346,
  literal: 1860,
} as const;
/** Inside of a length coder: choice, choice2, low[16][8], mid[16][8], high[256]. */
export const lengthAt = { low: 2, mid: 130, high: 258 } as const;

export interface LzmaProperties {
  /** Bits of the previous byte that choose a literal's context, 0 to 8. */
  readonly lc: number;
  /** Bits of the position that do, 0 to 4. */
  readonly lp: number;
  /** Bits of the position that choose other contexts, 0 to 4. */
  readonly pb: number;
}

/** From the byte `(pb * 5 + lp) * 9 + lc`; null when it is none. */
export function lzmaProperties(byte: number): LzmaProperties | null {
  if (byte >= 225) return null;
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

/** How many there are. */
export const probabilityCount = ({ lc, lp }: LzmaProperties): number => at.literal + (0x300 << (lc + lp));

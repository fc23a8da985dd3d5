import type { ByteRange } from "#core/image/source/block-device.ts";

/** mulberry32: small, fast, and the same everywhere for the same seed. Answers 0 to below 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What was changed, and how to change it back. */
export interface Mutation {
  readonly ranges: readonly ByteRange[];
  undo(): void;
}

const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
/** The first ranges read are superblocks and roots: damage there is rare among thousands unless it is helped. */
const earlyRanges = 24;

/** Damages one to six places inside ranges that a reader looks at. */
export function mutate(image: Buffer, targets: readonly ByteRange[], random: () => number): Mutation {
  const pick = <T>(values: readonly T[], count = values.length): T | undefined =>
    values[Math.floor(random() * Math.min(count, values.length))];
  const saved: { at: number; bytes: Buffer }[] = [];
  const ranges: ByteRange[] = [];
  for (let left = 1 + Math.floor(random() * 6); left > 0; left--) {
    const range = pick(targets, random() < 0.2 ? earlyRanges : targets.length);
    const source = pick(targets);
    if (range === undefined || source === undefined) break;
    const { offsetBytes, lengthBytes } = range;
    saved.push({
      at: offsetBytes,
      bytes: Buffer.from(image.subarray(offsetBytes, offsetBytes + lengthBytes)),
    });
    ranges.push(range);
    damage(image, range, source, random, pick(edges) ?? 0);
  }
  return {
    ranges,
    undo: () => {
      for (const { at, bytes } of saved.toReversed()) bytes.copy(image, at);
    },
  };
}

function damage(
  image: Buffer,
  range: ByteRange,
  source: ByteRange,
  random: () => number,
  edge: number,
): void {
  const block = image.subarray(range.offsetBytes, range.offsetBytes + range.lengthBytes);
  // headers and counts are at the start, indexes often at the end
  const window = random() < 0.5 ? Math.min(128, block.length) : block.length;
  const start = random() < 0.15 ? block.length - window : 0;
  const at = start + Math.floor(random() * window);
  const width = Math.min([1, 2, 4, 8][Math.floor(random() * 4)] ?? 1, block.length - at);
  const kind = random();
  if (kind < 0.3) block.writeUInt8(block.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
  else if (kind < 0.5) block.fill(Math.floor(random() * 256), at, at + width);
  else if (kind < 0.75) writeNumber(block, at, Math.min(width, 6), edge, random() < 0.5);
  else if (kind < 0.88) {
    const before = block.readUInt8(at);
    block.writeUInt8((before + (random() < 0.5 ? 1 : 255)) & 0xff, at);
  } else if (kind < 0.94) {
    image.copy(
      block,
      at,
      source.offsetBytes,
      source.offsetBytes + Math.min(source.lengthBytes, block.length - at),
    );
  } else block.fill(random() < 0.5 ? 0 : 0xff, at, Math.min(block.length, at + Math.floor(random() * 64)));
}

function writeNumber(block: Buffer, at: number, width: number, value: number, little: boolean): void {
  const fitting = value % 2 ** (8 * width);
  if (little) block.writeUIntLE(fitting, at, width);
  else block.writeUIntBE(fitting, at, width);
}

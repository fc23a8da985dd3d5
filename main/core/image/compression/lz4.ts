import { ByteInput, damaged } from "./byte-input.ts";
import type { Decompressor } from "./decompressor.ts";
import { unpackLz4Block, type Lz4Place } from "./lz4-block.ts";
import { createPace } from "./pace.ts";

/** "LZ4 Frame Format Description" 1.6; the legacy frame is what kernels are packed with (`lz4 -l`). */
const magic = { frame: 0x184d_2204, legacy: 0x184c_2102, skippable: 0x184d_2a5 };
const sliceBytes = 512 * 1024;
const historyBytes = 64 * 1024;
const legacyBlockBytes = 8 * 1024 ** 2;

/** Any number of frames of both kinds. Checksums of LZ4 are not looked at. Ends at what is no frame. */
export const unpackLz4: Decompressor = async function* (pieces) {
  const input = new ByteInput(pieces);
  try {
    while (await input.fill(4)) {
      const word = input.bytes.readUInt32LE(input.position);
      if (word === magic.frame) yield* unpackFrame(input);
      else if (word === magic.legacy) yield* unpackLegacy(input);
      else if (word >>> 4 === magic.skippable) await skipFrame(input);
      else return;
    }
  } finally {
    await input.close();
  }
};

async function skipFrame(input: ByteInput): Promise<void> {
  let left = (await input.take(8)).readUInt32LE(4);
  while (left > 0) {
    const count = Math.min(left, 1024 ** 2);
    await input.take(count);
    left -= count;
  }
}

/** Blocks of a size each, of 8 MiB when unpacked, up to the end or to something else. */
async function* unpackLegacy(input: ByteInput): AsyncGenerator<Buffer, void, undefined> {
  await input.take(4);
  const pace = createPace();
  const target = Buffer.allocUnsafe(legacyBlockBytes);
  while (await input.fill(4)) {
    const size = input.bytes.readUInt32LE(input.position);
    // no block is as large as the number that begins another frame or a cpio archive
    if (size > legacyBlockBytes + legacyBlockBytes / 255 + 16) return;
    input.position += 4;
    if (size === 0) continue;
    yield* unpackBlock(await input.take(size), target, 0, pace);
  }
}

async function* unpackFrame(input: ByteInput): AsyncGenerator<Buffer, void, undefined> {
  const head = await input.take(7);
  const flags = head.readUInt8(4);
  const sizeCode = (head.readUInt8(5) >>> 4) & 7;
  if (flags >>> 6 !== 1 || sizeCode < 4) throw damaged("LZ4 header");
  const blockBytes = 2 ** (8 + 2 * sizeCode);
  const isLinked = (flags & 0x20) === 0;
  const hasBlockChecksum = (flags & 0x10) !== 0;
  // 7 bytes are magic, flags, sizes and the header's checksum; size and dictionary id lie before the last
  await input.take(((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4));
  const pace = createPace();
  const target = Buffer.alloc(historyBytes + blockBytes);
  for (;;) {
    const word = (await input.take(4)).readUInt32LE(0);
    if (word === 0) break;
    const size = word & 0x7fff_ffff;
    if (size > blockBytes) throw damaged("LZ4 block size");
    const block = await input.take(size);
    // a match may reach back into what came before, which lies in front; in a first block it finds zeros
    let end = historyBytes + size;
    if (word >>> 31 === 0) end = yield* unpackBlock(block, target, historyBytes, pace);
    else {
      block.copy(target, historyBytes);
      yield target.subarray(historyBytes, end);
    }
    if (isLinked) target.copyWithin(0, end - historyBytes, end);
    if (hasBlockChecksum) await input.take(4);
  }
  if ((flags & 4) !== 0) await input.take(4);
}

/** Answers where in the target it ended. */
async function* unpackBlock(
  block: Buffer,
  target: Buffer,
  start: number,
  pace: ReturnType<typeof createPace>,
): AsyncGenerator<Buffer, number, undefined> {
  let place: Lz4Place = { from: 0, to: start };
  while (place.from < block.length) {
    const before = place.to;
    place = unpackLz4Block(block, target, place, before + sliceBytes);
    yield target.subarray(before, place.to);
    await pace();
  }
  return place.to;
}

import { damaged, endsEarly, type ByteInput } from "./byte-input.ts";
import { LzmaDecoder, maxSymbolBytes } from "./lzma-decoder.ts";
import { lzmaProperties } from "./lzma-layout.ts";
import type { createPace } from "./pace.ts";

/** Output handed over at a time: some milliseconds of work. */
const sliceBytes = 128 * 1024;

/**
 * LZMA2: pieces of at most 64 KiB packed and 2 MiB unpacked, each LZMA or stored, ended by a zero byte. Yields
 * views of the window, which are good until the next one is asked for.
 */
export async function* unpackLzma2(
  input: ByteInput,
  dictionaryBytes: number,
  pace: ReturnType<typeof createPace>,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new LzmaDecoder(dictionaryBytes);
  let needsDictionary = true;
  let needsProperties = true;
  for (;;) {
    const control = (await input.take(1)).readUInt8(0);
    if (control === 0) return;
    if (control >= 0xe0 || control === 1) {
      decoder.resetDictionary();
      needsDictionary = false;
      if (control === 1) needsProperties = true;
    } else if (needsDictionary) throw damaged("no dictionary reset");
    if (control < 0x80) {
      if (control > 2) throw damaged("unknown LZMA2 control byte");
      yield* copyStored(input, decoder);
      continue;
    }
    const head = await input.take(4);
    const unpackedBytes = ((control & 0x1f) << 16) + head.readUInt16BE(0) + 1;
    const packedBytes = head.readUInt16BE(2) + 1;
    if (control >= 0xc0) {
      const properties = lzmaProperties((await input.take(1)).readUInt8(0));
      if (properties === null || properties.lc + properties.lp > 4) throw damaged("LZMA2 properties");
      decoder.setProperties(properties);
      needsProperties = false;
    } else if (needsProperties) throw damaged("no LZMA2 properties");
    else if (control >= 0xa0) decoder.resetState();
    yield* unpackPiece(input, decoder, packedBytes, unpackedBytes, pace);
  }
}

async function* copyStored(input: ByteInput, decoder: LzmaDecoder): AsyncGenerator<Buffer, void, undefined> {
  let left = (await input.take(2)).readUInt16BE(0) + 1;
  while (left > 0) {
    decoder.wrap();
    const start = decoder.position;
    const count = Math.min(left, decoder.window.length - start);
    decoder.store(await input.take(count));
    left -= count;
    yield viewOf(decoder, start);
  }
}

async function* unpackPiece(
  input: ByteInput,
  decoder: LzmaDecoder,
  packedBytes: number,
  unpackedBytes: number,
  pace: ReturnType<typeof createPace>,
): AsyncGenerator<Buffer, void, undefined> {
  // the decoder may look past the piece, which is told afterwards
  const readable = packedBytes + maxSymbolBytes + 1;
  if (!(await input.fill(readable)) && input.available < packedBytes) throw endsEarly();
  const inside = input.available >= readable;
  const bytes = inside ? input.bytes : Buffer.alloc(readable);
  if (!inside) input.bytes.copy(bytes, 0, input.position, input.position + packedBytes);
  const start = inside ? input.position : 0;
  const end = start + packedBytes;
  if (packedBytes < 5 || !decoder.startRangeCoder(bytes, start)) throw damaged("LZMA2 piece");
  input.position += packedBytes;
  for (let left = unpackedBytes; left > 0;) {
    decoder.wrap();
    const from = decoder.position;
    const to = Math.min(from + left, from + sliceBytes, decoder.window.length);
    const stop = decoder.run(bytes, end + maxSymbolBytes, to);
    if (stop !== "output-full") throw damaged("LZMA2 data");
    left -= to - from;
    yield viewOf(decoder, from);
    await pace();
  }
  if (decoder.inputAt !== end || !decoder.isFinished) throw damaged("LZMA2 piece of a wrong length");
}

const viewOf = ({ window, position }: LzmaDecoder, start: number): Buffer =>
  Buffer.from(window.buffer, window.byteOffset + start, position - start);

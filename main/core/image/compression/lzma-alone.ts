import { u64le, unreadable } from "#core/image/source/binary.ts";
import { ByteInput, damaged, endsEarly } from "./byte-input.ts";
import type { Decompressor } from "./decompressor.ts";
import { LzmaDecoder, maxSymbolBytes } from "./lzma-decoder.ts";
import { lzmaProperties } from "./lzma-layout.ts";
import { createPace } from "./pace.ts";

const sliceBytes = 128 * 1024;
const inputStep = 64 * 1024;
const minDictionaryBytes = 4096;
const maxDictionaryBytes = 128 * 1024 ** 2;
const unknownSize = 2 ** 64;

/** The .lzma format: properties, dictionary size, unpacked size (or all ones: an end marker), then LZMA. */
export const unpackLzmaAlone: Decompressor = async function* (pieces) {
  const input = new ByteInput(pieces);
  const pace = createPace();
  try {
    const head = await input.take(13);
    const properties = lzmaProperties(head.readUInt8(0));
    const dictionaryBytes = head.readUInt32LE(1);
    let left = u64le(head, 5);
    if (left === unknownSize) left = Number.POSITIVE_INFINITY;
    if (properties === null) throw damaged("LZMA properties");
    if (dictionaryBytes > maxDictionaryBytes) throw unreadable("it needs too much memory to be unpacked");
    const decoder = new LzmaDecoder(Math.max(minDictionaryBytes, dictionaryBytes));
    decoder.setProperties(properties);
    if (!decoder.startRangeCoder(await input.take(5), 0)) throw damaged("LZMA data");
    while (left > 0) {
      const more = await input.fill(inputStep);
      // after the end the decoder is given zeros, and is told apart by having used them
      const bytes = more ? input.bytes : Buffer.concat([input.bytes, Buffer.alloc(2 * maxSymbolBytes)]);
      const realEnd = input.bytes.length;
      decoder.wrap();
      const from = decoder.position;
      const to = Math.min(from + left, from + sliceBytes, decoder.window.length);
      decoder.inputAt = input.position;
      const stop = decoder.run(bytes, bytes.length, to);
      if (stop === "damaged") throw damaged("LZMA data");
      if (decoder.inputAt > realEnd) throw endsEarly();
      input.position = decoder.inputAt;
      left -= decoder.position - from;
      if (decoder.position > from) {
        yield Buffer.from(decoder.window.buffer, decoder.window.byteOffset + from, decoder.position - from);
      }
      if (stop === "end-marker") return;
      if (stop === "input-low" && !more) throw endsEarly();
      await pace();
    }
  } finally {
    await input.close();
  }
};

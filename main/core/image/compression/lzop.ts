import { unreadable } from "#core/image/source/binary.ts";
import { ByteInput, damaged } from "./byte-input.ts";
import type { Decompressor } from "./decompressor.ts";
import { decompressLzo1x } from "./lzo1x.ts";
import { createPace } from "./pace.ts";

/** lzop's file format, as lib/decompress_unlzo.c of the Linux kernel reads it. Big endian. */
const magicBytes = 9;
const flag = {
  adlerUnpacked: 1,
  adlerPacked: 2,
  extraField: 0x40,
  crcUnpacked: 0x100,
  crcPacked: 0x200,
  filter: 0x800,
};
const filterVersion = 0x0940;
const maxBlockBytes = 1024 ** 2;

/** Blocks of at most 1 MiB; their checksums are not looked at. */
export const unpackLzop: Decompressor = async function* (pieces) {
  const input = new ByteInput(pieces);
  const pace = createPace();
  try {
    const flags = await readHeader(input);
    for (;;) {
      const unpackedBytes = (await input.take(4)).readUInt32BE(0);
      if (unpackedBytes === 0) return;
      const packedBytes = (await input.take(4)).readUInt32BE(0);
      if (unpackedBytes > maxBlockBytes || packedBytes > unpackedBytes) throw damaged("lzop block size");
      const isStored = packedBytes === unpackedBytes;
      let sums = 0;
      for (const bit of [flag.adlerUnpacked, flag.crcUnpacked]) if ((flags & bit) !== 0) sums += 4;
      if (!isStored) for (const bit of [flag.adlerPacked, flag.crcPacked]) if ((flags & bit) !== 0) sums += 4;
      await input.take(sums);
      const block = await input.take(packedBytes);
      yield isStored ? block : decompressLzo1x(block, unpackedBytes);
      await pace();
    }
  } finally {
    await input.close();
  }
};

async function readHeader(input: ByteInput): Promise<number> {
  const head = await input.take(magicBytes + 7);
  const version = head.readUInt16BE(magicBytes);
  // version, library version, version needed, method, level (since 0x940)
  await input.take(version >= filterVersion ? 1 : 0);
  const flags = (await input.take(4)).readUInt32BE(0);
  if ((flags & flag.filter) !== 0) throw unreadable("its lzop filter is not known here");
  await input.take(version >= filterVersion ? 12 : 8); // mode, time of change in one or two words
  await input.take((await input.take(1)).readUInt8(0)); // name
  await input.take(4);
  if ((flags & flag.extraField) !== 0)
    await input.take(Math.min((await input.take(4)).readUInt32BE(0), maxBlockBytes) + 4);
  return flags;
}

import type { Decompressor } from "./decompressor.ts";
import { unpackBzip2 } from "./bzip2.ts";
import { unpackLz4 } from "./lz4.ts";
import { unpackLzmaAlone } from "./lzma-alone.ts";
import { unpackLzop } from "./lzop.ts";
import { unpackGzip, unpackZstd } from "./node-zlib.ts";
import { unpackXz } from "./xz.ts";

export type CompressionName = "gzip" | "zstd" | "xz" | "lz4" | "lzma" | "bzip2" | "lzo";

export interface Compression {
  readonly name: CompressionName;
  readonly unpack: Decompressor;
}

/** By the first bytes, as lib/decompress.c of the Linux kernel tells them apart. */
const compressions: readonly (Compression & { readonly magic: readonly number[] })[] = [
  { name: "gzip", magic: [0x1f, 0x8b, 8], unpack: unpackGzip },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: unpackZstd },
  { name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], unpack: unpackXz },
  { name: "lz4", magic: [0x02, 0x21, 0x4c, 0x18], unpack: unpackLz4 },
  { name: "lz4", magic: [0x04, 0x22, 0x4d, 0x18], unpack: unpackLz4 },
  { name: "lzma", magic: [0x5d, 0x00, 0x00], unpack: unpackLzmaAlone },
  { name: "bzip2", magic: [0x42, 0x5a, 0x68], unpack: unpackBzip2 },
  { name: "lzo", magic: [0x89, 0x4c, 0x5a, 0x4f, 0x00], unpack: unpackLzop },
];

export const compressionOf = (head: Buffer): Compression | null =>
  compressions.find(({ magic }) => magic.every((byte, index) => head[index] === byte)) ?? null;

export const compressionNamed = (name: string): Compression | null =>
  compressions.find((compression) => compression.name === name) ?? null;

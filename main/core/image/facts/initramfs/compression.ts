import { createGunzip, createZstdDecompress } from "node:zlib";
import type { Duplex } from "node:stream";

/** Compressions that Linux unpacks, by their first bytes (lib/decompress.c). */
export interface Compression {
  readonly name: string;
  /** null: named here, not read yet. */
  readonly createDecompressor: (() => Duplex) | null;
}

/** Pieces of this size keep the number of trips through the thread pool low. */
const chunkSize = 256 * 1024;

const compressions: readonly (Compression & { readonly magic: readonly number[] })[] = [
  { name: "gzip", magic: [0x1f, 0x8b], createDecompressor: () => createGunzip({ chunkSize }) },
  {
    name: "zstd",
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    createDecompressor: () => createZstdDecompress({ chunkSize }),
  },
  { name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], createDecompressor: null },
  { name: "lz4", magic: [0x02, 0x21, 0x4c, 0x18], createDecompressor: null },
  { name: "lz4", magic: [0x04, 0x22, 0x4d, 0x18], createDecompressor: null },
  { name: "lzma", magic: [0x5d, 0x00, 0x00], createDecompressor: null },
  { name: "bzip2", magic: [0x42, 0x5a, 0x68], createDecompressor: null },
  { name: "lzo", magic: [0x89, 0x4c, 0x5a, 0x4f], createDecompressor: null },
];

export const compressionOf = (head: Buffer): Compression | null =>
  compressions.find(({ magic }) => magic.every((byte, index) => head[index] === byte)) ?? null;

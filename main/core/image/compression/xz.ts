import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { unreadable } from "#core/image/source/binary.ts";
import { ByteInput, damaged } from "./byte-input.ts";
import { Crc64 } from "./crc64.ts";
import type { Decompressor } from "./decompressor.ts";
import { unpackLzma2 } from "./lzma2.ts";
import { createPace } from "./pace.ts";

/** "The .xz File Format", version 1.2.1, tukaani.org. */
const headerMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
const footerMagic = Buffer.from("YZ");
const lzma2Filter = 0x21;
/** xz -9 needs 64 MiB; twice that is the most a reader of unknown files should give. */
const maxDictionaryBytes = 128 * 1024 ** 2;
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Any number of streams one after the other, with padding between. Checks CRC32, CRC64 and SHA-256. */
export const unpackXz: Decompressor = async function* (pieces) {
  const input = new ByteInput(pieces);
  try {
    for (let first = true; ; first = false) {
      if (!first && !(await skipPadding(input))) return;
      yield* unpackStream(input);
    }
  } finally {
    await input.close();
  }
};

async function* unpackStream(input: ByteInput): AsyncGenerator<Buffer, void, undefined> {
  const head = await input.take(12);
  const flags = head.readUInt16BE(6);
  if (!head.subarray(0, 6).equals(headerMagic) || flags > 15) throw damaged("xz header");
  if (crc32(head.subarray(6, 8)) !== head.readUInt32LE(8)) throw damaged("xz header checksum");
  let blocks = 0;
  for (;;) {
    const size = (await input.take(1)).readUInt8(0);
    if (size === 0) break;
    yield* unpackBlock(input, size, flags);
    blocks++;
  }
  await readIndex(input, blocks);
  const footer = await input.take(12);
  const isFooter = footer.subarray(10, 12).equals(footerMagic) && footer.readUInt16BE(8) === flags;
  if (!isFooter || crc32(footer.subarray(4, 10)) !== footer.readUInt32LE(0)) throw damaged("xz footer");
}

async function* unpackBlock(
  input: ByteInput,
  sizeByte: number,
  check: number,
): AsyncGenerator<Buffer, void, undefined> {
  const rest = Buffer.from(await input.take(sizeByte * 4 + 3));
  const header = Buffer.concat([Buffer.from([sizeByte]), rest]);
  const body = header.subarray(0, -4);
  if (crc32(body) !== header.readUInt32LE(body.length)) throw damaged("xz block checksum");
  const { dictionaryBytes, unpackedBytes } = readBlockHeader(body);
  if (dictionaryBytes > maxDictionaryBytes) throw unreadable("it needs too much memory to be unpacked");
  // a small block never needs the whole window, and says so
  const windowBytes = Math.max(4096, Math.min(dictionaryBytes, unpackedBytes ?? dictionaryBytes));
  const startedAt = input.consumedBytes;
  const sum = createCheck(check);
  let total = 0;
  for await (const piece of unpackLzma2(input, windowBytes, createPace())) {
    sum?.update(piece);
    total += piece.length;
    yield piece;
  }
  if (unpackedBytes !== null && total !== unpackedBytes) throw damaged("xz block of a wrong length");
  const padding = (4 - ((input.consumedBytes - startedAt) % 4)) % 4;
  if ((await input.take(padding)).some((byte) => byte !== 0)) throw damaged("xz padding");
  const stored = await input.take(checkBytes[check] ?? 0);
  if (sum !== null && !sum.digest().equals(stored)) throw damaged("its checksum is wrong");
}

/** Flags, optional sizes, filters. Only LZMA2 alone is read: that is what disks are packed with. */
function readBlockHeader(header: Buffer): { dictionaryBytes: number; unpackedBytes: number | null } {
  const flags = header.readUInt8(1);
  if ((flags & 0x3c) !== 0) throw damaged("xz block flags");
  let at = 2;
  const number = (): number => {
    const [value, next] = variableLength(header, at);
    at = next;
    return value;
  };
  if ((flags & 0x40) !== 0) number();
  const unpackedBytes = (flags & 0x80) === 0 ? null : number();
  const filter = number();
  const propertyBytes = number();
  if ((flags & 3) !== 0 || filter !== lzma2Filter) throw unreadable("its xz filter is not known here");
  if (propertyBytes !== 1 || at >= header.length) throw damaged("xz filter");
  const bits = header.readUInt8(at);
  if (bits > 40) throw damaged("xz dictionary size");
  const dictionaryBytes = bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  return { dictionaryBytes, unpackedBytes };
}

/** 7 bits a byte, the lowest first; 9 bytes at most. */
function variableLength(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < 9 && start + index < bytes.length; index++) {
    const byte = bytes.readUInt8(start + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return [value, start + index + 1];
  }
  throw damaged("xz number");
}

/** The index repeats the sizes of all blocks; its own checksum and count are checked here. */
async function readIndex(input: ByteInput, blocks: number): Promise<void> {
  let sum = crc32(Buffer.from([0]));
  let size = 1;
  const pace = createPace();
  const number = async (): Promise<number> => {
    await input.fill(9);
    const [value, next] = variableLength(input.bytes, input.position);
    sum = crc32(input.bytes.subarray(input.position, next), sum);
    size += next - input.position;
    input.position = next;
    return value;
  };
  if ((await number()) !== blocks) throw damaged("xz index");
  for (let block = 0; block < 2 * blocks; block++) {
    await number();
    await pace();
  }
  const padding = await input.take((4 - (size % 4)) % 4);
  if (padding.some((byte) => byte !== 0)) throw damaged("xz index");
  sum = crc32(padding, sum);
  if ((await input.take(4)).readUInt32LE(0) !== sum) throw damaged("xz index checksum");
}

/** Zeros in fours between streams. false: the file ends. */
async function skipPadding(input: ByteInput): Promise<boolean> {
  while (await input.fill(4)) {
    if (input.bytes.readUInt32LE(input.position) !== 0) return true;
    input.position += 4;
  }
  if (input.available > 0) throw damaged("xz padding");
  return false;
}

interface Check {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

function createCheck(kind: number): Check | null {
  if (kind === 4) return new Crc64();
  if (kind === 10) {
    const hash = createHash("sha256");
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
  }
  if (kind !== 1) return null;
  let sum = 0;
  return {
    update: (bytes) => {
      sum = crc32(bytes, sum);
    },
    digest: () => {
      const result = Buffer.alloc(4);
      result.writeUInt32LE(sum);
      return result;
    },
  };
}

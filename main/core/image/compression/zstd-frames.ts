import { unreadable } from "#core/image/source/binary.ts";
import { endsEarly, type ByteInput } from "./byte-input.ts";

/** RFC 8878, 3.1. */
const frameMagic = 0xfd2f_b528;
const skippableMagic = 0x184d_2a5; // and any value in the low 4 bits
const rawHeaderBytes = 18;
const blockHeaderBytes = 3;
/** What the library takes by default; more is for those who asked for it with `--long`. */
const maxWindowBytes = 128 * 1024 ** 2;

export interface ZstdFrame {
  readonly headerBytes: number;
  readonly hasChecksum: boolean;
}

/** The frame that begins here, after skippable ones; null when none does. Nothing of it is taken yet. */
export async function nextZstdFrame(input: ByteInput): Promise<ZstdFrame | null> {
  for (;;) {
    await input.fill(rawHeaderBytes);
    const head = input.bytes.subarray(input.position);
    if (head.length < 8) return null;
    const magic = head.readUInt32LE(0);
    if (magic === frameMagic) return readFrameHeader(head);
    if (magic >>> 4 !== skippableMagic) return null;
    await input.take(8);
    for (let left = head.readUInt32LE(4); left > 0;) {
      const count = Math.min(left, 1024 ** 2);
      await input.take(count);
      left -= count;
    }
  }
}

function readFrameHeader(head: Buffer): ZstdFrame {
  const descriptor = head.readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionaryAt = isSingle ? 5 : 6;
  const headerBytes = dictionaryAt + dictionaryBytes + sizeBytes;
  if (head.length < headerBytes) throw endsEarly();
  const window = head.readUInt8(5);
  const windowBytes = isSingle ? 0 : 2 ** (10 + (window >>> 3)) * (1 + (window & 7) / 8);
  if (windowBytes > maxWindowBytes) throw unreadable("it needs too much memory to be unpacked");
  const dictionary = head.subarray(dictionaryAt, dictionaryAt + dictionaryBytes);
  if (dictionary.some((byte) => byte !== 0)) throw unreadable("it needs a zstd dictionary");
  return { headerBytes, hasChecksum: (descriptor & 4) !== 0 };
}

/** The bytes of exactly this frame, as many at a time as there are. Throws when the data ends inside of it. */
export async function* zstdFrameBytes(
  input: ByteInput,
  frame: ZstdFrame,
): AsyncGenerator<Buffer, void, undefined> {
  let at = input.position + frame.headerBytes;
  for (let isLast = false; !isLast;) {
    yield* makeAvailable(blockHeaderBytes);
    const header = input.bytes.readUIntLE(at, blockHeaderBytes);
    isLast = (header & 1) === 1;
    const isRun = ((header >>> 1) & 3) === 1;
    const checksumBytes = isLast && frame.hasChecksum ? 4 : 0;
    at += blockHeaderBytes;
    const contentBytes = (isRun ? 1 : header >>> 3) + checksumBytes;
    yield* makeAvailable(contentBytes);
    at += contentBytes;
  }
  const rest = input.bytes.subarray(input.position, at);
  input.position = at;
  yield rest;

  async function* makeAvailable(count: number): AsyncGenerator<Buffer, void, undefined> {
    if (at + count <= input.bytes.length) return;
    const known = input.bytes.subarray(input.position, at);
    input.position = at;
    if (known.length > 0) yield known;
    if (!(await input.fill(count))) throw endsEarly();
    at = input.position;
  }
}

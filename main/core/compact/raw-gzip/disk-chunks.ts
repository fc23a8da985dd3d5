import type { BlockDevice, ByteRange } from "#core/image/source/block-device.ts";
import { abortReason } from "#core/image/source/read-budget.ts";

export const chunkBytes = 1024 ** 2;
const zeros = Buffer.alloc(chunkBytes);

/** A piece of a disk. `bytes`: null where it reads as zeros. */
export interface DiskChunk {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly bytes: Buffer | null;
}

/**
 * A disk from its first byte to its last, `chunkBytes` at a time, the last one shorter. What the source knows to be
 * empty is not read. Throws what the device throws, and `cancelled`.
 */
export async function* diskChunks(device: BlockDevice, signal: AbortSignal): AsyncGenerator<DiskChunk> {
  const ranges = (await device.allocatedRanges?.()) ?? [{ offsetBytes: 0, lengthBytes: device.sizeBytes }];
  let next = 0;
  for (let at = 0; at < device.sizeBytes; at += chunkBytes) {
    if (signal.aborted) throw abortReason(signal);
    const lengthBytes = Math.min(chunkBytes, device.sizeBytes - at);
    while (endOf(ranges[next]) <= at) next++;
    const isEmpty = (ranges[next]?.offsetBytes ?? Infinity) >= at + lengthBytes;
    const bytes = isEmpty ? null : await device.read(at, lengthBytes);
    yield { offsetBytes: at, lengthBytes, bytes: bytes === null || isZero(bytes) ? null : bytes };
  }
}

const endOf = (range: ByteRange | undefined): number =>
  range === undefined ? Infinity : range.offsetBytes + range.lengthBytes;

export const isZero = (bytes: Buffer): boolean =>
  zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;

import { assertInside, type BlockDevice } from "#core/image/source/block-device.ts";
import { journalMagic } from "./journal-superblock.ts";
import type { JournalledBlock } from "./scan-journal.ts";

/** The device as it would be after the journal's blocks were written to their places. Nothing is written. */
export function createReplayedDevice(
  device: BlockDevice,
  blockBytes: number,
  blocks: ReadonlyMap<number, JournalledBlock>,
  readJournalBlock: (number: number) => Promise<Buffer>,
): BlockDevice {
  async function content({ at, isEscaped }: JournalledBlock): Promise<Buffer> {
    const block = await readJournalBlock(at);
    if (!isEscaped) return block;
    const copy = Buffer.from(block);
    copy.writeUInt32BE(journalMagic, 0);
    return copy;
  }

  return {
    sizeBytes: device.sizeBytes,
    async read(offsetBytes, lengthBytes) {
      assertInside(device, offsetBytes, lengthBytes);
      const first = Math.floor(offsetBytes / blockBytes);
      const last = Math.floor((offsetBytes + lengthBytes - 1) / blockBytes);
      const found: (readonly [number, JournalledBlock])[] = [];
      for (let number = first; number <= last; number++) {
        const block = blocks.get(number);
        if (block !== undefined) found.push([number, block]);
      }
      if (found.length === 0) return device.read(offsetBytes, lengthBytes);
      const [only] = found;
      if (first === last && only !== undefined) {
        const from = offsetBytes - first * blockBytes;
        return (await content(only[1])).subarray(from, from + lengthBytes);
      }
      // what a page cache hands out must not be written to
      const bytes = Buffer.from(await device.read(offsetBytes, lengthBytes));
      for (const [number, block] of found) {
        const start = number * blockBytes;
        const skip = Math.max(0, offsetBytes - start);
        (await content(block)).copy(bytes, start + skip - offsetBytes, skip);
      }
      return bytes;
    },
    ...(device.allocatedRanges === undefined
      ? {}
      : { allocatedRanges: () => device.allocatedRanges?.() ?? Promise.resolve([]) }),
  };
}

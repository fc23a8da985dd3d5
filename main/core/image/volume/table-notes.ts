import type { BlockDevice } from "#core/image/source/block-device.ts";
import type { Partition } from "./partition-table.ts";

/** An extended partition holds the logical ones, so they lie within it by design. */
const extendedTypes = ["0x05", "0x0f", "0x85"];
const maxNotes = 5;

/** What is wrong with where partitions lie. */
export function placeNotes(device: BlockDevice, partitions: readonly Partition[]): string[] {
  const outside = partitions
    .filter(({ startByte, sizeBytes }) => startByte + sizeBytes > device.sizeBytes)
    .map(({ number }) => `Partition ${number} reaches past the end of the disk; the image may be truncated.`);
  const inOrder = partitions
    .filter(({ typeId }) => !extendedTypes.includes(typeId))
    .toSorted((a, b) => a.startByte - b.startByte);
  const overlaps: string[] = [];
  let furthest: Partition | null = null;
  for (const partition of inOrder) {
    if (furthest !== null && partition.startByte < furthest.startByte + furthest.sizeBytes)
      overlaps.push(`Partitions ${furthest.number} and ${partition.number} overlap.`);
    const end = partition.startByte + partition.sizeBytes;
    if (furthest === null || end > furthest.startByte + furthest.sizeBytes) furthest = partition;
  }
  return [...outside.slice(0, maxNotes), ...overlaps.slice(0, maxNotes)];
}

import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { mbrTypeId, mbrTypeName } from "./partition-types.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";
import { placeNotes } from "./table-notes.ts";

export const sectorBytes = 512;
/** The kernel stops at 256 minors; a chain of extended partitions can also be a ring. */
const maxLogical = 128;
const extendedTypes = [0x05, 0x0f, 0x85];

interface Slot {
  readonly type: number;
  readonly active: boolean;
  readonly startSector: number;
  readonly sectors: number;
}

/** The four slots of a master or extended boot record; null without the 55 AA at its end. */
export function readSlots(sector: Buffer): Slot[] | null {
  if (sector.length < 512 || sector.readUInt16LE(510) !== 0xaa55) return null;
  return [0, 1, 2, 3].map((index) => {
    const at = 446 + index * 16;
    return {
      type: sector.readUInt8(at + 4),
      active: sector.readUInt8(at) === 0x80,
      startSector: sector.readUInt32LE(at + 8),
      sectors: sector.readUInt32LE(at + 12),
    };
  });
}

/**
 * The MBR's partitions, logical ones included. A boot sector of a bare filesystem also ends with 55 AA: slots
 * whose flags are impossible or that lie outside of the disk make it no table. Answers null for no table.
 */
export async function readMbr(device: BlockDevice): Promise<PartitionTable | null> {
  const sector = await readUpTo(device, 0, 512);
  const slots = readSlots(sector);
  if (slots === null) return null;
  const used = slots.filter((slot) => slot.type !== 0 && slot.sectors > 0);
  if ([446, 462, 478, 494].some((at) => ((sector[at] ?? 0) & 0x7f) !== 0)) return null;
  // also true for no slot at all
  if (used.every((s) => s.startSector * sectorBytes >= device.sizeBytes)) return null;
  if (used.some((slot) => slot.startSector === 0)) return null;

  const diskId = sector.readUInt32LE(440).toString(16).padStart(8, "0");
  const notes: string[] = [];
  const partitions: Partition[] = [];
  slots.forEach((slot, index) => {
    if (slot.type !== 0 && slot.sectors > 0) partitions.push(toPartition(slot, index + 1, 0, diskId));
  });
  for (const slot of slots) {
    if (extendedTypes.includes(slot.type)) {
      partitions.push(...(await readLogical(device, slot.startSector, diskId, notes)));
    }
  }
  notes.push(...placeNotes(device, partitions));
  return { kind: "mbr", partitions, notes };
}

/** A chain of boot records: the first slot is relative to its record, the link to the extended partition. */
async function readLogical(
  device: BlockDevice,
  extendedStart: number,
  diskId: string,
  notes: string[],
): Promise<Partition[]> {
  const partitions: Partition[] = [];
  const seen = new Set<number>();
  for (let record = extendedStart; !seen.has(record) && seen.size < maxLogical;) {
    seen.add(record);
    const slots = readSlots(await readUpTo(device, record * sectorBytes, 512));
    const [own, link] = slots ?? [];
    if (own === undefined || link === undefined) {
      notes.push("The chain of logical partitions is damaged.");
      return partitions;
    }
    if (own.type !== 0 && own.sectors > 0) {
      partitions.push(toPartition(own, 5 + partitions.length, record, diskId));
    }
    if (!extendedTypes.includes(link.type) || link.sectors === 0) return partitions;
    record = extendedStart + link.startSector;
  }
  notes.push("The chain of logical partitions has no end.");
  return partitions;
}

const toPartition = (slot: Slot, number: number, baseSector: number, diskId: string): Partition => ({
  number,
  startByte: (baseSector + slot.startSector) * sectorBytes,
  sizeBytes: slot.sectors * sectorBytes,
  typeId: mbrTypeId(slot.type),
  typeName: mbrTypeName(slot.type),
  name: null,
  bootable: slot.active,
  partUuid: `${diskId}-${number.toString(16).padStart(2, "0")}`,
});

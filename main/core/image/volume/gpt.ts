import { crc32 } from "node:zlib";
import { printable, u64le } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { guidText } from "#core/image/filesystem/uuid-text.ts";
import { gptTypeName } from "./partition-types.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";
import { placeNotes } from "./table-notes.ts";

/** UEFI specification, chapter 5. Disks of VMs have 512-byte sectors; 4096 is tried as well. */
const sectorSizes = [512, 4096];
const unused = "00000000-0000-0000-0000-000000000000";
const maxTableBytes = 1024 ** 2;

/**
 * The primary table, or its backup when the primary is damaged; null for no GPT. Both are held against their
 * checksums, and against where they ought to be.
 */
export async function readGpt(device: BlockDevice): Promise<PartitionTable | null> {
  for (const sectorBytes of sectorSizes) {
    const endAt = device.sizeBytes - (device.sizeBytes % sectorBytes) - sectorBytes;
    const primary = await readTable(device, sectorBytes, sectorBytes);
    if (primary !== null) {
      const notes = [...(await backupNotes(device, primary, endAt, sectorBytes)), ...sizeNotes(sectorBytes)];
      return toTable(device, primary, notes);
    }
    for (const at of [endAt, await backupPlace(device, sectorBytes)]) {
      const backup = at === null ? null : await readTable(device, at, sectorBytes);
      if (backup === null) continue;
      const place = at === endAt ? "its backup at the end of the disk" : "its backup inside of the disk";
      const note = `The primary GPT is damaged; ${place} was used.`;
      return toTable(device, backup, [note, ...sizeNotes(sectorBytes)]);
    }
  }
  return null;
}

const toTable = (device: BlockDevice, { partitions }: Gpt, notes: readonly string[]): PartitionTable => ({
  kind: "gpt",
  partitions,
  notes: [...notes, ...placeNotes(device, partitions)],
});

/** virtio and SCSI disks of clouds have sectors of 512 bytes, and the table counts in sectors. */
const sizeNotes = (sectorBytes: number): string[] =>
  sectorBytes === 512
    ? []
    : [
        `The GPT counts in sectors of ${sectorBytes} bytes; a machine whose disk has sectors of 512 bytes does not find it.`,
      ];

/** A disk that was made larger keeps its backup where the end used to be; one that was cut off has none. */
async function backupNotes(
  device: BlockDevice,
  primary: Gpt,
  endAt: number,
  sectorBytes: number,
): Promise<string[]> {
  if (primary.otherAt > endAt)
    return ["The GPT says that its backup lies past the end of the disk; the image is truncated."];
  const backup = await readTable(device, primary.otherAt, sectorBytes);
  if (backup === null) return ["The backup of the GPT is damaged or missing."];
  if (primary.otherAt < endAt)
    return [
      "The backup of the GPT is not at the end of the disk: the disk was made larger after it was partitioned.",
    ];
  return [];
}

/** Where a primary header that is damaged elsewhere says its backup is. */
async function backupPlace(device: BlockDevice, sectorBytes: number): Promise<number | null> {
  const header = await readUpTo(device, sectorBytes, 92);
  if (header.length < 92 || header.toString("latin1", 0, 8) !== "EFI PART") return null;
  return u64le(header, 32) * sectorBytes;
}

interface Gpt {
  readonly partitions: readonly Partition[];
  /** Where the other copy is. */
  readonly otherAt: number;
}

async function readTable(device: BlockDevice, headerAt: number, sectorBytes: number): Promise<Gpt | null> {
  if (headerAt < sectorBytes) return null;
  const header = Buffer.from(await readUpTo(device, headerAt, 512));
  if (header.length < 92 || header.toString("latin1", 0, 8) !== "EFI PART") return null;
  const headerBytes = header.readUInt32LE(12);
  if (headerBytes < 92 || headerBytes > header.length) return null;
  const expected = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (crc32(header.subarray(0, headerBytes)) !== expected) return null;
  if (u64le(header, 24) * sectorBytes !== headerAt) return null;

  const count = header.readUInt32LE(80);
  const entryBytes = header.readUInt32LE(84);
  if (entryBytes < 128 || entryBytes % 8 !== 0 || count * entryBytes > maxTableBytes) return null;
  const table = await readUpTo(device, u64le(header, 72) * sectorBytes, count * entryBytes);
  if (table.length < count * entryBytes || crc32(table) !== header.readUInt32LE(88)) return null;

  const partitions: Partition[] = [];
  for (let index = 0; index < count; index++) {
    const entry = table.subarray(index * entryBytes, (index + 1) * entryBytes);
    const typeId = guidText(entry.subarray(0, 16));
    if (typeId === unused) continue;
    const first = u64le(entry, 32);
    const last = u64le(entry, 40);
    if (last < first || first * sectorBytes >= device.sizeBytes) continue;
    partitions.push({
      number: index + 1,
      startByte: first * sectorBytes,
      sizeBytes: (last - first + 1) * sectorBytes,
      typeId,
      typeName: gptTypeName(typeId),
      name: printable(entry.toString("utf16le", 56, 128).split("\0")[0] ?? "", 36) || null,
      bootable: (entry.readUInt8(48) & 4) !== 0,
      partUuid: guidText(entry.subarray(16, 32)),
    });
  }
  return { partitions, otherAt: u64le(header, 32) * sectorBytes };
}

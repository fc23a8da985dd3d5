import { crc32 } from "node:zlib";
import { printable, u64le } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { guidText } from "#core/image/filesystem/uuid-text.ts";
import { gptTypeName } from "./partition-types.ts";
import type { Partition, PartitionTable } from "./partition-table.ts";

/** UEFI specification, chapter 5. Disks of VMs have 512-byte sectors; 4096 is tried as well. */
const sectorSizes = [512, 4096];
const unused = "00000000-0000-0000-0000-000000000000";
const maxTableBytes = 1024 ** 2;

/** The primary table, or its backup at the end of the disk when the primary is damaged; null for no GPT. */
export async function readGpt(device: BlockDevice): Promise<PartitionTable | null> {
  for (const sectorBytes of sectorSizes) {
    const primary = await readTable(device, sectorBytes, sectorBytes);
    if (primary !== null) return { kind: "gpt", partitions: primary, notes: endNotes(device, primary) };
    const backup = await readTable(device, device.sizeBytes - sectorBytes, sectorBytes);
    if (backup !== null) {
      const note = "The primary GPT is damaged; its backup at the end of the disk was used.";
      return { kind: "gpt", partitions: backup, notes: [note, ...endNotes(device, backup)] };
    }
  }
  return null;
}

const endNotes = (device: BlockDevice, partitions: readonly Partition[]): string[] =>
  partitions
    .filter((partition) => partition.startByte + partition.sizeBytes > device.sizeBytes)
    .map((partition) => `Partition ${partition.number} reaches past the end of the disk.`);

async function readTable(
  device: BlockDevice,
  headerAt: number,
  sectorBytes: number,
): Promise<Partition[] | null> {
  if (headerAt < sectorBytes) return null;
  const header = Buffer.from(await readUpTo(device, headerAt, 512));
  if (header.length < 92 || header.toString("latin1", 0, 8) !== "EFI PART") return null;
  const headerBytes = header.readUInt32LE(12);
  if (headerBytes < 92 || headerBytes > header.length) return null;
  const expected = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (crc32(header.subarray(0, headerBytes)) !== expected) return null;

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
  return partitions;
}

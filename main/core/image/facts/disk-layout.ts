import type { LogicalVolumeFacts, PartitionFacts } from "#contract/facts-disk.ts";
import { recognise, type Found } from "#core/image/filesystem/recognise.ts";
import { slice, type BlockDevice } from "#core/image/source/block-device.ts";
import type { Partition } from "#core/image/volume/partition-table.ts";
import { nameForeignTable } from "#core/image/volume/foreign-tables.ts";
import { readPartitionTable } from "#core/image/volume/read-partition-table.ts";
import { attempt } from "./attempt.ts";
import { readLogicalVolumes } from "./logical-volumes.ts";
import { toFilesystemFacts, type Volume } from "./volume.ts";

export { placeName, type LogicalVolumeName, type Volume } from "./volume.ts";

export interface DiskLayout {
  readonly table: "gpt" | "mbr" | "none";
  /** Partitions; for a disk without a table what lies on the whole of it. */
  readonly volumes: readonly Volume[];
  /** Those of all volume groups that are read; what cannot be read is only in `logicalVolumeFacts`. */
  readonly logicalVolumes: readonly Volume[];
  readonly logicalVolumeFacts: readonly LogicalVolumeFacts[];
}

/** Boot sectors of these end with 55 AA like an MBR; on a bare disk the filesystem counts. */
const withBootSector = ["vfat", "ntfs", "exfat", "hpfs", "BitLocker"];

export async function readDiskLayout(disk: BlockDevice, notes: string[]): Promise<DiskLayout> {
  const table = await attempt(notes, "The partition table", () => readPartitionTable(disk));
  // an MBR can be the boot sector of a filesystem on the whole disk; nothing else looks like a GPT
  const whole =
    table?.kind === "gpt"
      ? null
      : await attempt(notes, "The start of the disk", () => recognise(disk, { wholeDisk: table === null }));
  const isBare = table === null || (table.kind === "mbr" && withBootSector.includes(whole?.type ?? ""));
  if (table === null && whole === null) {
    const foreign = await attempt(notes, "The partition table", () => nameForeignTable(disk));
    if (foreign !== null) notes.push(foreign);
  }
  if (isBare) return withLogicalVolumes(disk, "none", wholeDisk(disk, whole), notes);
  notes.push(...table.notes);
  const found = await Promise.all(table.partitions.map((partition) => recognisePartition(disk, partition)));
  notes.push(...found.flatMap((one) => one.notes));
  const volumes = found.map((one) => one.volume);
  return withLogicalVolumes(disk, table.kind, volumes, notes);
}

/** All partitions are looked at together, so each has its own notes, to be told in order. */
async function recognisePartition(
  disk: BlockDevice,
  partition: Partition,
): Promise<{ volume: Volume; notes: string[] }> {
  const notes: string[] = [];
  const device = slice(disk, partition.startByte, partition.sizeBytes);
  const found = await attempt(notes, `Partition ${partition.number}`, () => recognise(device));
  return { volume: { partition, logicalVolume: null, found }, notes };
}

/** What lies on the disk or disc as a whole, whatever partition table it has too. */
export async function readWholeDisk(disk: BlockDevice, notes: string[]): Promise<readonly Volume[]> {
  return wholeDisk(disk, await attempt(notes, "The start of the disk", () => recognise(disk)));
}

function wholeDisk(disk: BlockDevice, found: Found | null): Volume[] {
  if (found === null) return [];
  const place = { number: 0, startByte: 0, sizeBytes: disk.sizeBytes, typeId: "", typeName: "whole disk" };
  const partition = { ...place, name: null, bootable: false, partUuid: null };
  return [{ partition, logicalVolume: null, found }];
}

async function withLogicalVolumes(
  disk: BlockDevice,
  table: DiskLayout["table"],
  volumes: readonly Volume[],
  notes: string[],
): Promise<DiskLayout> {
  const logical = await readLogicalVolumes(disk, volumes, notes);
  return { table, volumes, logicalVolumes: logical.volumes, logicalVolumeFacts: logical.facts };
}

export const toPartitionFacts = ({ partition, found }: Volume): PartitionFacts => {
  const { partUuid: _internal, ...shown } = partition;
  return {
    ...shown,
    filesystem: toFilesystemFacts(found),
  };
};

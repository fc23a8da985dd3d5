import type { LogicalVolumeFacts, PartitionFacts } from "#contract/facts-disk.ts";
import { recognise, type Found } from "#core/image/filesystem/recognise.ts";
import { slice, type BlockDevice } from "#core/image/source/block-device.ts";
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
const withBootSector = ["vfat", "ntfs", "exfat"];

export async function readDiskLayout(disk: BlockDevice, notes: string[]): Promise<DiskLayout> {
  const whole = await attempt(notes, "The start of the disk", () => recognise(disk, { wholeDisk: true }));
  const table = await attempt(notes, "The partition table", () => readPartitionTable(disk));
  const isBare = table === null || (table.kind === "mbr" && withBootSector.includes(whole?.type ?? ""));
  if (table === null && whole === null) {
    const foreign = await attempt(notes, "The partition table", () => nameForeignTable(disk));
    if (foreign !== null) notes.push(foreign);
  }
  if (isBare) return withLogicalVolumes(disk, "none", wholeDisk(disk, whole), notes);
  notes.push(...table.notes);
  const volumes: Volume[] = [];
  for (const partition of table.partitions) {
    const device = slice(disk, partition.startByte, partition.sizeBytes);
    const what = `Partition ${partition.number}`;
    volumes.push({
      partition,
      logicalVolume: null,
      found: await attempt(notes, what, () => recognise(device)),
    });
  }
  return withLogicalVolumes(disk, table.kind, volumes, notes);
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

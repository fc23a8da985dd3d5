import type { LogicalVolumeFacts, PartitionFacts } from "#contract/facts-disk.ts";
import { recognise, type Found } from "#core/image/filesystem/recognise.ts";
import { printable } from "#core/image/source/binary.ts";
import { slice, type BlockDevice } from "#core/image/source/block-device.ts";
import type { Partition } from "#core/image/volume/partition-table.ts";
import { readPartitionTable } from "#core/image/volume/read-partition-table.ts";
import { attempt } from "./attempt.ts";

/** Where LVM2 puts a logical volume, as `vgs` and `lvs` name it. */
export interface LogicalVolumeName {
  readonly group: string;
  readonly name: string;
  /** `/dev/mapper/group-volume`, dashes inside a name doubled. The short form is `/dev/group/volume`. */
  readonly devicePath: string;
}

/**
 * A partition (or the whole disk, number 0) with what was found on it; or a logical volume, whose `partition`
 * is the one that its first byte lies on.
 */
export interface Volume {
  readonly partition: Partition;
  /** null for a partition. */
  readonly logicalVolume: LogicalVolumeName | null;
  readonly found: Found | null;
}

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
  const whole = await attempt(notes, "The start of the disk", () => recognise(disk));
  const table = await attempt(notes, "The partition table", () => readPartitionTable(disk));
  const isBare = table === null || (table.kind === "mbr" && withBootSector.includes(whole?.type ?? ""));
  if (isBare) {
    const partition = {
      number: 0,
      startByte: 0,
      sizeBytes: disk.sizeBytes,
      typeId: "",
      typeName: "whole disk",
    };
    const volume: Volume = {
      partition: { ...partition, name: null, bootable: false, partUuid: null },
      logicalVolume: null,
      found: whole,
    };
    return {
      table: "none",
      volumes: whole === null ? [] : [volume],
      logicalVolumes: [],
      logicalVolumeFacts: [],
    };
  }
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
  return { table: table.kind, volumes, logicalVolumes: [], logicalVolumeFacts: [] };
}

/** For notes: `Partition 3`, `Logical volume vg/root`, or `The disk` where there are no partitions. */
export function placeName({ partition, logicalVolume }: Volume): string {
  if (logicalVolume !== null) return `Logical volume ${logicalVolume.group}/${logicalVolume.name}`;
  return partition.number === 0 ? "The disk" : `Partition ${partition.number}`;
}

export const toPartitionFacts = ({ partition, found }: Volume): PartitionFacts => {
  const { partUuid: _internal, ...shown } = partition;
  return {
    ...shown,
    filesystem:
      found === null
        ? null
        : {
            type: found.type,
            label: found.label === null ? null : printable(found.label),
            uuid: found.uuid === null ? null : printable(found.uuid),
            unreadable: found.unreadable,
          },
  };
};

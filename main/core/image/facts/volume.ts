import type { z } from "zod";
import type { FilesystemFactsSchema } from "#contract/facts-disk.ts";
import type { Found } from "#core/image/filesystem/recognise.ts";
import { printable } from "#core/image/source/binary.ts";
import type { Partition } from "#core/image/volume/partition-table.ts";

type FilesystemFacts = z.infer<typeof FilesystemFactsSchema>;

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

/** For notes: `Partition 3`, `Logical volume vg/root`, or `The disk` where there are no partitions. */
export function placeName({ partition, logicalVolume }: Volume): string {
  if (logicalVolume !== null)
    return `Logical volume ${printable(`${logicalVolume.group}/${logicalVolume.name}`)}`;
  return partition.number === 0 ? "The disk" : `Partition ${partition.number}`;
}

export const toFilesystemFacts = (found: Found | null): FilesystemFacts | null =>
  found === null
    ? null
    : {
        type: found.type,
        label: found.label === null ? null : printable(found.label),
        uuid: found.uuid === null ? null : printable(found.uuid),
        unreadable: found.unreadable,
      };

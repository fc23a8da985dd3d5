import type { LogicalVolumeFacts } from "#contract/facts-disk.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { printable } from "#core/image/source/binary.ts";
import { slice, type BlockDevice } from "#core/image/source/block-device.ts";
import { readVolumeGroups, type FoundLogicalVolume } from "#core/image/volume/lvm/read-volume-groups.ts";
import type { Partition } from "#core/image/volume/partition-table.ts";
import { attempt } from "./attempt.ts";
import { placeName, toFilesystemFacts, type LogicalVolumeName, type Volume } from "./volume.ts";

/** Every volume of these is shown; a crafted group could name thousands that are all the same bytes. */
const maxVolumes = 200;

export interface LogicalVolumes {
  readonly volumes: readonly Volume[];
  readonly facts: readonly LogicalVolumeFacts[];
}

/** What lies on the physical volumes of LVM2 among the partitions. */
export async function readLogicalVolumes(
  disk: BlockDevice,
  partitions: readonly Volume[],
  notes: string[],
): Promise<LogicalVolumes> {
  const places = partitions
    .filter((volume) => volume.found?.type === "LVM2_member")
    .map((volume) => ({
      place: volume.partition,
      name: placeName(volume),
      device: slice(disk, volume.partition.startByte, volume.partition.sizeBytes),
    }));
  if (places.length === 0) return { volumes: [], facts: [] };
  const found = (await attempt(notes, "LVM", () => readVolumeGroups(places, notes))) ?? [];
  if (found.length > maxVolumes)
    notes.push(`Of ${found.length} logical volumes the first ${maxVolumes} are shown.`);
  const volumes: Volume[] = [];
  const facts: LogicalVolumeFacts[] = [];
  for (const one of found.slice(0, maxVolumes)) {
    const volume = await toVolume(one, places[0]?.place, notes);
    facts.push({
      name: printable(`${one.group}/${one.name}`),
      devicePath: printable(devicePath(one.group, one.name)),
      sizeBytes: one.sizeBytes,
      segmentTypes: one.segmentTypes.map((type) => printable(type, 40)),
      filesystem: volume === null ? null : toFilesystemFacts(volume.found),
      unreadable: one.unreadable === null ? null : printable(one.unreadable),
    });
    if (volume !== null) volumes.push(volume);
    else
      notes.push(
        `Logical volume ${printable(`${one.group}/${one.name}`)}: ${printable(one.unreadable ?? "")}.`,
      );
    if (one.device !== null && one.segmentTypes.some((type) => type === "mirror" || type === "raid1"))
      notes.push(
        `Logical volume ${printable(`${one.group}/${one.name}`)} is a mirror; its first copy was read.`,
      );
  }
  return { volumes, facts };
}

async function toVolume(
  found: FoundLogicalVolume<Partition>,
  somewhere: Partition | undefined,
  notes: string[],
): Promise<Volume | null> {
  const { device, group, name } = found;
  const partition = found.firstPlace ?? somewhere;
  if (device === null || partition === undefined) return null;
  const logicalVolume: LogicalVolumeName = { group, name, devicePath: devicePath(group, name) };
  const what = `Logical volume ${printable(`${group}/${name}`)}`;
  return { partition, logicalVolume, found: await attempt(notes, what, () => recognise(device)) };
}

/** lvm(8): the kernel's name joins both with a dash, so those inside of a name are doubled. */
export const devicePath = (group: string, name: string): string =>
  `/dev/mapper/${group.replaceAll("-", "--")}-${name.replaceAll("-", "--")}`;

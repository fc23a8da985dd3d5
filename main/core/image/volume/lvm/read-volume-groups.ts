import type { BlockDevice } from "#core/image/source/block-device.ts";
import { parseConfigText } from "./config-text.ts";
import { createAssembler } from "./assemble-volume.ts";
import { readMetadataArea } from "./metadata-area.ts";
import { readPhysicalVolumeLabel } from "./physical-volume.ts";
import { toVolumeGroup, type VolumeGroup } from "./volume-group.ts";

const maxMetadataCopies = 64;

/** A place that carries the label of a physical volume. */
export interface PhysicalVolumePlace<P> {
  readonly place: P;
  /** For notes: `Partition 3`. */
  readonly name: string;
  readonly device: BlockDevice;
}

/** One visible logical volume. */
export interface FoundLogicalVolume<P> {
  readonly group: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly segmentTypes: readonly string[];
  /** null when it cannot be read; then `unreadable` says why. */
  readonly device: BlockDevice | null;
  readonly unreadable: string | null;
  /** Where its first byte lies; null when that is not in this image. */
  readonly firstPlace: P | null;
}

interface Member<P> extends PhysicalVolumePlace<P> {
  readonly uuid: string;
}

/** The visible logical volumes of all groups whose physical volumes are given. Damage ends in notes, not errors. */
export async function readVolumeGroups<P>(
  places: readonly PhysicalVolumePlace<P>[],
  notes: string[],
): Promise<FoundLogicalVolume<P>[]> {
  const members = new Map<string, Member<P>>();
  const groups = new Map<string, VolumeGroup>();
  let copies = 0;
  for (const place of places) {
    const label = await readPhysicalVolumeLabel(place.device);
    if (label === null) {
      notes.push(`${place.name}: the label of its LVM physical volume is damaged.`);
      continue;
    }
    if (members.has(label.uuid)) {
      notes.push(`${place.name} is a copy of another physical volume; LVM refuses to use either.`);
      continue;
    }
    members.set(label.uuid, { ...place, uuid: label.uuid });
    for (const area of label.metadataAreas) {
      if (++copies > maxMetadataCopies) break;
      const content = await readMetadataArea(place.device, area);
      if (content.kind === "damaged")
        notes.push(`${place.name}: a copy of LVM's metadata is damaged (${content.reason}).`);
      if (content.kind !== "text") continue;
      const group = await toGroup(content.text, place.name, notes);
      if (group === null) continue;
      const known = groups.get(group.id);
      if (known === undefined || known.sequence < group.sequence) groups.set(group.id, group);
    }
  }
  return [...groups.values()].flatMap((group) => volumesOf(group, members, notes));
}

async function toGroup(text: Buffer, place: string, notes: string[]): Promise<VolumeGroup | null> {
  try {
    return toVolumeGroup(await parseConfigText(text.toString("utf8")));
  } catch (error) {
    notes.push(`${place}: ${error instanceof Error ? error.message : String(error)}.`);
    return null;
  }
}

function volumesOf<P>(
  group: VolumeGroup,
  members: ReadonlyMap<string, Member<P>>,
  notes: string[],
): FoundLogicalVolume<P>[] {
  const missing = [...group.physicalVolumes.values()].filter(({ id }) => !members.has(id));
  if (missing.length > 0) {
    const ids = missing.slice(0, 5).map(({ id }) => id);
    const rest = missing.length > ids.length ? " and others" : "";
    notes.push(
      `The volume group ${group.name} also needs ${missing.length} physical volume(s) that are not in this image: ${ids.join(", ")}${rest}.`,
    );
  }
  if (group.exported) notes.push(`The volume group ${group.name} is exported; a machine does not start it.`);
  const memberOf = (physicalVolume: string): Member<P> | null =>
    members.get(group.physicalVolumes.get(physicalVolume)?.id ?? "") ?? null;
  const visible = [...group.logicalVolumes.values()].filter((volume) => volume.visible);
  const assemble = createAssembler(group, (name) => memberOf(name)?.device ?? null);
  return visible.map((volume) => {
    const assembled = assemble(volume);
    const first = assembled.firstPhysicalVolume;
    return {
      group: group.name,
      name: volume.name,
      sizeBytes: assembled.sizeBytes,
      segmentTypes: assembled.segmentTypes,
      device: assembled.device,
      unreadable: assembled.unreadable,
      firstPlace: first === null ? null : (memberOf(first)?.place ?? null),
    };
  });
}

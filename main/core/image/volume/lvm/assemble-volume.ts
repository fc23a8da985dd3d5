import { slice, type BlockDevice } from "#core/image/source/block-device.ts";
import { createLogicalDevice, type Piece } from "./logical-device.ts";
import type { Area, LogicalVolume, Segment, VolumeGroup } from "./volume-group.ts";

/** lvmraid(7): mirrors lie on volumes, and a volume that is being moved (pvmove) lies on a mirror. */
const maxNesting = 6;
const maxPieces = 50_000;

/** lvmthin(7), lvmcache(7), lvmraid(7), lvmvdo(7): what stands between these volumes and their bytes. */
const obstacles: readonly (readonly [RegExp, string])[] = [
  [/^thin$/, "It is thinly provisioned (LVM thin), which is not read yet"],
  [/^thin-pool$/, "It is a pool of thin volumes, not a volume with a filesystem"],
  [/^(?:cache|cache-pool)$/, "It has a cache (LVM cache), whose newest data may be elsewhere"],
  [/^writecache$/, "It has a write cache (LVM writecache), whose newest data are elsewhere"],
  [/^raid0(?:_meta)?$/, "It is striped over several disks by RAID 0, which is not read yet"],
  [/^raid(?:4|5|6)/, "It is spread over several disks by RAID 4, 5 or 6, which is not read yet"],
  [/^raid10/, "It is spread over several disks by RAID 10, which is not read yet"],
  [/^snapshot$/, "It is a snapshot, which keeps only the differences to its origin"],
  [/^vdo/, "It is compressed and deduplicated (VDO), which is not read"],
  [/^error$/, "LVM answers every read of it with an error"],
];

export interface AssembledVolume {
  readonly sizeBytes: number;
  /** As `lvs -o segtype` names them, each once. */
  readonly segmentTypes: readonly string[];
  readonly device: BlockDevice | null;
  readonly unreadable: string | null;
  /** The group's name for the physical volume of the first byte; null when that is not known. */
  readonly firstPhysicalVolume: string | null;
}

/** Either all pieces of a volume, or why there is none. */
type Pieces = { readonly pieces: readonly Piece[] } | { readonly reason: string };

/** A group with what is known of it so far: each volume is taken apart once, however many lie on it. */
interface Assembly {
  readonly group: VolumeGroup;
  readonly deviceOf: (physicalVolume: string) => BlockDevice | null;
  readonly known: Map<string, Pieces>;
}

/** `deviceOf`: null for a physical volume that is not there. */
export function createAssembler(
  group: VolumeGroup,
  deviceOf: Assembly["deviceOf"],
): (volume: LogicalVolume) => AssembledVolume {
  const assembly: Assembly = { group, deviceOf, known: new Map() };
  return (volume) => assemble(assembly, volume);
}

function assemble(assembly: Assembly, volume: LogicalVolume): AssembledVolume {
  const { group } = assembly;
  const types = volume.segments.map((segment) => segmentType(segment));
  const found = piecesOf(assembly, volume, 0);
  const last = volume.segments.at(-1);
  const extents = last === undefined ? 0 : last.startExtent + last.extents;
  return {
    sizeBytes: extents * group.extentBytes,
    segmentTypes: volume.snapshotOf === null ? [...new Set(types)] : ["snapshot"],
    device: "pieces" in found ? createLogicalDevice(found.pieces) : null,
    unreadable: "reason" in found ? found.reason : null,
    firstPhysicalVolume: firstPlace(group, volume, 0),
  };
}

const segmentType = ({ type, areas }: Segment): string =>
  type === "striped" && areas.length === 1 ? "linear" : type;

function piecesOf(assembly: Assembly, volume: LogicalVolume, depth: number): Pieces {
  const known = assembly.known.get(volume.name);
  if (known !== undefined) return known;
  const ring = { reason: "Its volumes lie inside of one another without an end" };
  if (depth > maxNesting) return ring;
  assembly.known.set(volume.name, ring); // what a volume gets that asks for itself
  const found = takeApart(assembly, volume, depth);
  assembly.known.set(volume.name, found);
  return found;
}

function takeApart(assembly: Assembly, volume: LogicalVolume, depth: number): Pieces {
  if (volume.snapshotOf !== null)
    return {
      reason: `It is a snapshot of ${volume.snapshotOf}, which keeps only the differences to its origin`,
    };
  if (volume.merging) return { reason: "A snapshot is being merged into it" };
  if (volume.segments.length === 0) return { reason: "It has no segments" };
  const pieces: Piece[] = [];
  let extents = 0;
  for (const segment of volume.segments) {
    if (segment.startExtent !== extents || segment.extents === 0)
      return { reason: "Its segments have gaps or overlap" };
    extents += segment.extents;
    const found = piecesOfSegment(assembly, segment, depth);
    if ("reason" in found) return found;
    pieces.push(...found.pieces);
    if (pieces.length > maxPieces || !Number.isSafeInteger(extents * assembly.group.extentBytes))
      return { reason: "It is in too many pieces" };
  }
  return { pieces };
}

function piecesOfSegment(assembly: Assembly, segment: Segment, depth: number): Pieces {
  const { group } = assembly;
  const { type, areas } = segment;
  const startByte = segment.startExtent * group.extentBytes;
  const sizeBytes = segment.extents * group.extentBytes;
  if (type === "zero" || type === "striped" || type === "linear") {
    if (type === "zero") return { pieces: [{ startByte, sizeBytes, stripes: [zeros], stripeBytes: 0 }] };
    const stripes: Piece["stripes"][number][] = [];
    for (const area of areas) {
      const found = areaDevice(assembly, area, sizeBytes / areas.length, depth);
      if ("reason" in found) return found;
      stripes.push(found);
    }
    const { stripeBytes } = segment;
    const isEven =
      areas.length === 1 || (stripeBytes >= 512 && sizeBytes % (stripeBytes * areas.length) === 0);
    if (stripes.length === 0 || !isEven) return { reason: "Its stripes do not make sense" };
    return { pieces: [{ startByte, sizeBytes, stripes, stripeBytes }] };
  }
  if (type === "mirror" || type === "raid1") {
    const reasons: string[] = [];
    for (const image of segment.images) {
      const area = { name: image, startExtent: 0 };
      const found = areaDevice(assembly, area, sizeBytes, depth);
      if (!("reason" in found))
        return { pieces: [{ startByte, sizeBytes, stripes: [found], stripeBytes: 0 }] };
      reasons.push(found.reason);
    }
    return { reason: reasons[0] ?? "Its mirror has no images" };
  }
  const known = obstacles.find(([pattern]) => pattern.test(type));
  return { reason: known?.[1] ?? "It is of a kind of segment that is not known here" };
}

const zeros = {
  startByte: 0,
  device: {
    sizeBytes: Number.MAX_SAFE_INTEGER,
    read: (_offset: number, length: number) => Promise.resolve(Buffer.alloc(length)),
  },
};

/** An area names a physical volume of the group, or another logical volume. */
function areaDevice(
  assembly: Assembly,
  area: Area,
  sizeBytes: number,
  depth: number,
): { readonly device: BlockDevice; readonly startByte: number } | { readonly reason: string } {
  const { group, deviceOf } = assembly;
  const physical = group.physicalVolumes.get(area.name);
  const at = area.startExtent * group.extentBytes;
  if (physical !== undefined) {
    const device = deviceOf(area.name);
    if (device === null) return { reason: `The physical volume ${physical.id} is not in this image` };
    const startByte = physical.startByte + at;
    if (startByte + sizeBytes > device.sizeBytes)
      return { reason: `It reaches past the end of its physical volume ${physical.id}` };
    return { device: slice(device, startByte, sizeBytes), startByte: 0 };
  }
  const inner = group.logicalVolumes.get(area.name);
  if (inner === undefined) return { reason: `It lies on ${area.name}, which the volume group does not have` };
  const found = piecesOf(assembly, inner, depth + 1);
  if ("reason" in found) return found;
  const device = createLogicalDevice(found.pieces);
  if (at + sizeBytes > device.sizeBytes) return { reason: `It reaches past the end of ${area.name}` };
  return { device, startByte: at };
}

function firstPlace(group: VolumeGroup, volume: LogicalVolume, depth: number): string | null {
  const [segment] = volume.segments;
  const name = segment?.areas[0]?.name ?? segment?.images[0];
  if (name === undefined || depth > maxNesting) return null;
  if (group.physicalVolumes.has(name)) return name;
  const inner = group.logicalVolumes.get(name);
  return inner === undefined ? null : firstPlace(group, inner, depth + 1);
}

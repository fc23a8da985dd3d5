import { unreadable } from "#core/image/source/binary.ts";
import type { ConfigScalar, ConfigSection } from "./config-text.ts";

/** LVM2's lib/format_text/import_vsn1.c. Sizes in the text are sectors of 512 bytes. */
const sectorBytes = 512;
const maxVolumes = 4096;
const maxSegments = 20_000;

/** A place where a segment's data are: on a physical volume, or inside of another logical volume. */
export interface Area {
  readonly name: string;
  readonly startExtent: number;
}

export interface Segment {
  readonly startExtent: number;
  readonly extents: number;
  /** `striped` with one area is what lvs(8) calls `linear`. */
  readonly type: string;
  readonly areas: readonly Area[];
  readonly stripeBytes: number;
  /** Names of hidden volumes that make up a mirror, in order. */
  readonly images: readonly string[];
}

export interface LogicalVolume {
  readonly name: string;
  readonly visible: boolean;
  readonly segments: readonly Segment[];
  /** What a snapshot keeps here are only the differences to this volume. */
  readonly snapshotOf: string | null;
  /** A snapshot that is being merged into this volume decides what it holds. */
  readonly merging: boolean;
}

export interface VolumeGroup {
  readonly name: string;
  readonly id: string;
  /** Grows with every change; the copy with the highest counts. */
  readonly sequence: number;
  readonly extentBytes: number;
  readonly exported: boolean;
  /** By the name that segments use: `pv0`. */
  readonly physicalVolumes: ReadonlyMap<string, { readonly id: string; readonly startByte: number }>;
  readonly logicalVolumes: ReadonlyMap<string, LogicalVolume>;
}

const wrong = (): Error => unreadable("LVM's metadata do not make sense");

/** The volume group is the one section at the top. Throws `image-unreadable`. */
export function toVolumeGroup(root: ConfigSection): VolumeGroup {
  const [entry] = root.sections;
  if (entry === undefined) throw wrong();
  const [name, section] = entry;
  const extentBytes = count(section, "extent_size") * sectorBytes;
  if (extentBytes === 0) throw wrong();
  const physical = [...(section.sections.get("physical_volumes")?.sections ?? [])];
  const logical = [...(section.sections.get("logical_volumes")?.sections ?? [])];
  if (physical.length > maxVolumes || logical.length > maxVolumes) throw wrong();
  const cows = snapshotStores(logical);
  return {
    name,
    id: text(section, "id") ?? "",
    sequence: count(section, "seqno"),
    extentBytes,
    exported: words(section, "status").includes("EXPORTED"),
    physicalVolumes: new Map(
      physical.map(([key, pv]) => [
        key,
        { id: text(pv, "id") ?? "", startByte: count(pv, "pe_start") * sectorBytes },
      ]),
    ),
    logicalVolumes: new Map(
      logical.map(([key, lv]) => [
        key,
        {
          name: key,
          visible: words(lv, "status").includes("VISIBLE"),
          segments: toSegments(lv),
          snapshotOf: cows.get(key)?.origin ?? null,
          merging: [...cows.values()].some((cow) => cow.isMerging && cow.origin === key),
        },
      ]),
    ),
  };
}

/** A snapshot is a hidden volume that names its origin and the volume that keeps the differences. */
function snapshotStores(
  volumes: readonly (readonly [string, ConfigSection])[],
): Map<string, { origin: string; isMerging: boolean }> {
  const stores = new Map<string, { origin: string; isMerging: boolean }>();
  for (const [, volume] of volumes) {
    const segment = volume.sections.get("segment1");
    if (segment === undefined || text(segment, "type") !== "snapshot") continue;
    const merging = text(segment, "merging_store");
    const store = merging ?? text(segment, "cow_store");
    const origin = text(segment, "origin");
    if (store !== null && origin !== null) stores.set(store, { origin, isMerging: merging !== null });
  }
  return stores;
}

function toSegments(volume: ConfigSection): Segment[] {
  const segments: Segment[] = [];
  const named = count(volume, "segment_count");
  if (named > maxSegments) throw wrong();
  for (let number = 1; number <= named; number++) {
    const section = volume.sections.get(`segment${number}`);
    if (section === undefined) throw wrong();
    segments.push({
      startExtent: count(section, "start_extent"),
      extents: count(section, "extent_count"),
      type: text(section, "type") ?? "unknown",
      areas: pairs(section, "stripes"),
      stripeBytes: count(section, "stripe_size") * sectorBytes,
      images: imagesOf(section),
    });
  }
  return segments.sort((a, b) => a.startExtent - b.startExtent);
}

/** `mirrors` lists name and extent; `raids` lists the volume of metadata, then that of data. */
const imagesOf = (section: ConfigSection): string[] => [
  ...pairs(section, "mirrors").map((area) => area.name),
  ...words(section, "raids").filter((_name, index) => index % 2 === 1),
];

function pairs(section: ConfigSection, key: string): Area[] {
  const found = list(section, key);
  const areas: Area[] = [];
  for (let at = 0; at + 1 < found.length; at += 2) {
    areas.push({ name: String(found[at]), startExtent: whole(found[at + 1]) });
  }
  return areas;
}

function list(section: ConfigSection, key: string): readonly ConfigScalar[] {
  const found = section.values.get(key);
  return typeof found === "object" ? found : found === undefined ? [] : [found];
}

const words = (section: ConfigSection, key: string): string[] => list(section, key).map(String);

const text = (section: ConfigSection, key: string): string | null => {
  const found = section.values.get(key);
  return typeof found === "string" ? found : null;
};

const count = (section: ConfigSection, key: string): number => whole(list(section, key)[0] ?? 0);

function whole(value: ConfigScalar | undefined): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw wrong();
  return value;
}

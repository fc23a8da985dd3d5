import type { UnpackProgress } from "#contract/published.ts";
import type { ImageFacts } from "#contract/facts.ts";
import type { Ports } from "#ports/ports.ts";
import { readBoot } from "./facts/boot/boot.ts";
import { attempt } from "./facts/attempt.ts";
import {
  placeName,
  readDiskLayout,
  readWholeDisk,
  toPartitionFacts,
  type LogicalVolumeName,
} from "./facts/disk-layout.ts";
import { guessForeignOs } from "./facts/foreign-os.ts";
import { noGuest, readGuest, type GuestFacts } from "./facts/guest.ts";
import { readIso } from "./facts/iso.ts";
import { findRoot } from "./facts/root-tree.ts";
import { identifiedLayers, type LayeredDisk } from "./layered-disk.ts";
import { openImage, type OpenedImage } from "./open-image.ts";
import type { BlockDevice } from "./source/block-device.ts";
import { openThroughQemu } from "./source/qemu-export.ts";
import { openSource } from "./source/open-source.ts";
import { withPageCache } from "./source/page-cache.ts";
import { withReadBudget } from "./source/read-budget.ts";

export interface InspectOptions {
  signal?: AbortSignal;
  onProgress?: (progress: UnpackProgress) => void;
  /** The path is the active overlay of a machine's disk. */
  layered?: LayeredDisk | null;
}

/** A healthy image needs a few thousand reads and some 50 MiB; these stop one that was made to hurt. */
const limits = { timeoutMs: 60_000, maxReads: 200_000, maxReadBytes: 2 * 1024 ** 3 };

/**
 * Reads what an image is without booting, mounting or changing it, and without any right beyond reading the
 * file. What cannot be read is a note in the facts. Throws for the file as a whole: `image-refused`,
 * `image-unreadable`, `image-in-use`, `not-found`, `permission-denied`, `tool-missing`, `disk-full`, `timeout`,
 * `cancelled`. `onProgress`: an archive is being unpacked, which can take minutes and is not under the time limit.
 */
export async function inspectImage(
  path: string,
  deps: { ports: Pick<Ports, "processes" | "directories"> },
  options: InspectOptions = {},
): Promise<ImageFacts> {
  const startedMs = performance.now();
  const { layered = null } = options;
  await using opened = layered === null ? await open(path, deps, options) : ourOwn(path, layered);
  const { image: file, archive, fileBytes } = opened;
  const timeLimit = AbortSignal.timeout(limits.timeoutMs);
  const signal = options.signal === undefined ? timeLimit : AbortSignal.any([options.signal, timeLimit]);
  const limited = { signal, timeoutMs: limits.timeoutMs };
  await using device =
    layered === null
      ? await openSource(file, deps.ports, limited)
      : await openThroughQemu({ ...file, node: layered.node }, deps.ports, limited);
  const disk = withReadBudget(withPageCache(device), { ...limits, signal });
  const notes = [...file.notes];
  const content =
    file.format === "iso9660" ? await readIsoContent(disk, notes) : await readDiskContent(disk, notes);
  await device.assertUnchanged?.();
  return {
    schemaVersion: 1,
    format: file.format,
    archive,
    fileBytes,
    virtualBytes: file.virtualBytes,
    allocatedBytes: file.allocatedBytes,
    compressedClusters: file.compressedClusters,
    ...content,
    notes: [...new Set(notes)],
    elapsedMs: performance.now() - startedMs,
  };
}

const open = (path: string, deps: { ports: Pick<Ports, "directories"> }, options: InspectOptions) =>
  openImage(path, deps, {
    signal: options.signal ?? new AbortController().signal,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });

/** A machine's disk is no file that a user named: nothing of it has to be unpacked or refused. */
const ourOwn = (path: string, layered: LayeredDisk): OpenedImage => ({
  image: identifiedLayers(path, layered),
  archive: null,
  fileBytes: layered.fileBytes,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

type Content = Pick<
  ImageFacts,
  | "partitionTable"
  | "partitions"
  | "logicalVolumes"
  | "rootPartition"
  | "rootVolume"
  | "rootSubvolume"
  | "iso"
> &
  GuestFacts;

const noDisk = {
  partitionTable: null,
  partitions: [],
  logicalVolumes: [],
  rootPartition: null,
  rootVolume: null,
  rootSubvolume: null,
};

async function readIsoContent(disk: BlockDevice, notes: string[]): Promise<Content> {
  const iso = await readIso(disk, notes);
  const partitions = (await readWholeDisk(disk, notes)).map(toPartitionFacts);
  return { ...noDisk, partitions, iso, ...noGuest };
}

async function readDiskContent(disk: BlockDevice, notes: string[]): Promise<Content> {
  const layout = await readDiskLayout(disk, notes);
  const { root, efiTrees } = await findRoot([...layout.volumes, ...layout.logicalVolumes], notes);
  const base = {
    partitionTable: layout.table,
    partitions: layout.volumes.map(toPartitionFacts),
    logicalVolumes: [...layout.logicalVolumeFacts],
    rootVolume: rootVolumeName(root?.volume.logicalVolume ?? null),
    rootSubvolume: root?.subvolume ?? null,
    rootPartition: root?.volume.partition.number ?? null,
    iso: null,
  };
  if (root !== null) return { ...base, ...(await readGuest(disk, root, layout, notes)) };
  if (layout.volumes.length === 0)
    notes.push("Nothing is recognised on the disk: no partitions, no filesystem.");
  for (const volume of layout.volumes) {
    const { found } = volume;
    if (found !== null && found.open === null && found.unreadable !== null && found.type !== "swap") {
      notes.push(`${placeName(volume)}: ${found.unreadable}.`);
    }
  }
  const os = await attempt(notes, "The operating system", () =>
    guessForeignOs(disk, layout.volumes, efiTrees),
  );
  const { volumes } = layout;
  const places = { disk, volumes, tree: null, efiTrees, architecture: os?.architecture ?? null };
  const boot = await attempt(notes, "The boot chain", () => readBoot(places, [], notes));
  return { ...base, ...noGuest, os, boot };
}

const rootVolumeName = (volume: LogicalVolumeName | null): string | null =>
  volume === null ? null : `${volume.group}/${volume.name}`;

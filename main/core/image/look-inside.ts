import type { UnpackProgress } from "#contract/published.ts";
import type { Ports } from "#ports/ports.ts";
import { placeName, readDiskLayout, type Volume } from "./facts/disk-layout.ts";
import { findRoot } from "./facts/root-tree.ts";
import { createFileTree, type FileTree } from "./filesystem/file-tree.ts";
import { openIso } from "./filesystem/iso/iso-filesystem.ts";
import { readIsoVolume } from "./filesystem/iso/volume-descriptors.ts";
import { openImage } from "./open-image.ts";
import { unreadable } from "./source/binary.ts";
import type { BlockDevice } from "./source/block-device.ts";
import { openSource } from "./source/open-source.ts";
import { withPageCache } from "./source/page-cache.ts";
import { withReadBudget } from "./source/read-budget.ts";
import { AppError } from "#core/lib/app-error.ts";

/** Which files are looked at: those of the installed system with all its mounts, or one filesystem alone. */
export type Place =
  | { readonly kind: "system" }
  | { readonly kind: "partition"; readonly number: number }
  /** `group/volume` of LVM2. */
  | { readonly kind: "volume"; readonly name: string };

export interface Inside {
  readonly tree: FileTree;
  /** What a user should know: a journal that was not replayed, a mount that is not there. */
  readonly notes: readonly string[];
  /** Gives the next piece of a long read a budget of its own; what was used up so far is forgiven. */
  refill(): void;
}

/** To find the files, and again for every piece that is read after that. */
const share = { reads: 200_000, readBytes: 2 * 1024 ** 3 };
const openLimitMs = 60_000;
/** Of QEMU's block layer, which ends with us anyway. */
const sourceLimitMs = 24 * 3600_000;

/**
 * Opens an image read-only and hands its files to `use`; everything is closed when that is done. Finding the
 * files is limited in time and reads; what `use` reads is limited between two calls of `refill`. Throws as
 * `inspectImage` does, `bad-input` when there is no such place, and `image-unreadable` when it cannot be opened.
 */
export async function withRootTree<T>(
  path: string,
  deps: { ports: Pick<Ports, "processes" | "directories"> },
  options: { place: Place; signal: AbortSignal; onProgress?: (progress: UnpackProgress) => void },
  use: (inside: Inside) => Promise<T>,
): Promise<T> {
  await using opened = await openImage(path, deps, options);
  const { image: file } = opened;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("", "TimeoutError")), openLimitMs);
  const signal = AbortSignal.any([options.signal, late.signal]);
  try {
    await using device = await openSource(file, deps.ports, { signal, timeoutMs: sourceLimitMs });
    const budget = { signal, maxReads: share.reads, maxReadBytes: share.readBytes };
    const disk = withReadBudget(withPageCache(device), budget);
    const notes = [...file.notes];
    const tree =
      file.format === "iso9660"
        ? await isoTree(disk, options.place)
        : await diskTree(disk, options.place, notes);
    clearTimeout(timer);
    const refill = (): void => {
      budget.maxReads += share.reads;
      budget.maxReadBytes += share.readBytes;
    };
    return await use({ tree, notes, refill });
  } finally {
    clearTimeout(timer);
  }
}

async function isoTree(disk: BlockDevice, place: Place): Promise<FileTree> {
  if (place.kind !== "system")
    throw unreadable("An ISO is one filesystem: it has no partitions to choose from");
  const volume = await readIsoVolume(disk);
  if (volume === null) throw unreadable("The ISO has no primary volume descriptor");
  return createFileTree([{ path: "/", filesystem: await openIso(disk, volume) }]);
}

async function diskTree(disk: BlockDevice, place: Place, notes: string[]): Promise<FileTree> {
  const layout = await readDiskLayout(disk, notes);
  const volumes = [...layout.volumes, ...layout.logicalVolumes];
  if (place.kind !== "system") {
    const volume = volumes.find((one) => isPlace(one, place));
    if (volume === undefined) throw noSuchPlace(place, volumes);
    return volumeTree(volume);
  }
  const { root } = await findRoot(volumes, notes);
  if (root !== null) return root.tree;
  const [only, second] = volumes.filter(isOpenable);
  if (only !== undefined && second === undefined) return volumeTree(only);
  throw unreadable(
    only === undefined ? "There is no filesystem that can be read" : "There is no installed system",
    only === undefined
      ? whyNone(volumes, notes)
      : `Choose a place with --partition or --volume: ${placesText(volumes)}.`,
  );
}

const isOpenable = ({ found }: Volume): boolean => (found?.open ?? null) !== null;

const isPlace = ({ partition, logicalVolume }: Volume, place: Place): boolean =>
  place.kind === "volume"
    ? logicalVolume !== null && `${logicalVolume.group}/${logicalVolume.name}` === place.name
    : place.kind === "partition" && logicalVolume === null && partition.number === place.number;

async function volumeTree(volume: Volume): Promise<FileTree> {
  const open = volume.found?.open ?? null;
  if (open === null) {
    throw unreadable(
      `${placeName(volume)} cannot be opened`,
      volume.found?.unreadable ?? "It holds no filesystem that is known.",
    );
  }
  return createFileTree([{ path: "/", filesystem: await open() }]);
}

function noSuchPlace(place: Place, volumes: readonly Volume[]): AppError {
  const what =
    place.kind === "volume"
      ? `logical volume ${place.name}`
      : place.kind === "partition"
        ? `partition ${place.number}`
        : "place";
  return new AppError("bad-input", `There is no ${what} in the image`, {
    hint: volumes.length === 0 ? "Nothing is recognised on the disk." : `There are: ${placesText(volumes)}.`,
  });
}

const placesText = (volumes: readonly Volume[]): string =>
  volumes
    .slice(0, 20)
    .map(({ partition, logicalVolume, found }) => {
      const name =
        logicalVolume === null ? String(partition.number) : `${logicalVolume.group}/${logicalVolume.name}`;
      return `${name} (${found?.type ?? "no filesystem"})`;
    })
    .join(", ");

const whyNone = (volumes: readonly Volume[], notes: readonly string[]): string =>
  volumes.find(({ found }) => found?.unreadable)?.found?.unreadable ??
  notes.at(-1) ??
  "Nothing is recognised on the disk.";

const chunkBytes = 1024 * 1024;

/** The bytes of one file in pieces; never all of them in memory. Throws `not-found` or `bad-input` for a path that is no file. */
export async function* readInside(inside: Inside, path: string): AsyncGenerator<Buffer> {
  const file = await inside.tree.openFile(path);
  if (file === null) throw await whyNoFile(inside.tree, path);
  for (let offset = 0; offset < file.sizeBytes;) {
    inside.refill();
    const chunk = await file.read(offset, Math.min(chunkBytes, file.sizeBytes - offset));
    if (chunk.length === 0) throw unreadable(`${path} ends before its size is reached`);
    offset += chunk.length;
    yield chunk;
  }
}

async function whyNoFile(tree: FileTree, path: string): Promise<AppError> {
  const found = await tree.stat(path);
  if (found?.kind === "directory") {
    return new AppError("bad-input", `${path} is a folder`, { hint: "`goldsmith ls` shows what is in it." });
  }
  if (found !== null) return new AppError("bad-input", `${path} is a device, a pipe or a socket`);
  if ((await tree.lstat(path)) !== null) {
    return new AppError(
      "not-found",
      `${path} is a link to ${(await tree.readLink(path)) ?? "nothing"}, which is not there`,
    );
  }
  return new AppError("not-found", `There is no ${path} in the image`);
}

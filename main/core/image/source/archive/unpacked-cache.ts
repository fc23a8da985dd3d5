import { createHash, randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { UnpackProgress } from "#contract/published.ts";
import type { CompressionName } from "#core/image/compression/compressions.ts";
import { openFileBytes, type HostFile } from "#core/image/source/file-bytes.ts";
import { AppError } from "#core/lib/app-error.ts";
import { abortReason } from "#core/image/source/read-budget.ts";
import type { Directories } from "#ports/ports.ts";
import { makeRoom, removeStale, type CacheLimits } from "./cache-upkeep.ts";
import { runUnpacking } from "./run-unpacking.ts";
import type { UnpackLimits } from "./unpack-archive.ts";

const GiB = 1024 ** 3;

/**
 * No provider takes a disk of more than 400 GB. gzip reaches a ratio of 1030 on zeros, real disks some 10 to 100,
 * with an empty rest some hundred.
 */
const unpackLimits: UnpackLimits = {
  maxUnpackedBytes: 512 * GiB,
  maxRatio: 1000,
  ratioFromBytes: GiB,
  reserveBytes: GiB,
};
const cacheLimits: CacheLimits = { maxBytes: 32 * GiB, keepUsedWithinMs: 10 * 60_000 };
const probeBytes = 64 * 1024;

export interface UnpackOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: UnpackProgress) => void;
  /** For tests. */
  readonly limits?: Partial<UnpackLimits>;
}

/** An unpacked archive in the cache folder. It stays there at least until it is disposed of. */
export interface UnpackedFile extends AsyncDisposable {
  readonly path: string;
}

/** An unpacking under way, for whoever wants it. */
interface Shared {
  readonly result: Promise<void>;
  readonly stop: AbortController;
  readonly listeners: Set<(progress: UnpackProgress) => void>;
  waiting: number;
}

const underWay = new Map<string, Shared>();
/** Paths in use by this process and how often: they are not cleared away. */
const inUse = new Map<string, number>();

/**
 * The file inside of an archive, unpacked now or earlier. Throws what `unpackArchive` throws, and `image-in-use`
 * when the archive changes meanwhile. Nothing uses `archive` any more once this settles.
 */
export async function openUnpacked(
  archive: HostFile,
  compression: CompressionName,
  directories: Pick<Directories, "cache">,
  options: UnpackOptions,
): Promise<UnpackedFile> {
  const folder = join(directories.cache, "unpacked");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${await keyOf(archive)}.image`);
  inUse.set(path, (inUse.get(path) ?? 0) + 1);
  const release = (): void => {
    const count = (inUse.get(path) ?? 1) - 1;
    if (count === 0) inUse.delete(path);
    else inUse.set(path, count);
  };
  try {
    if (!(await touch(path))) await unpackShared(archive, compression, path, options);
    return { path, [Symbol.asyncDispose]: () => Promise.resolve(release()) };
  } catch (error) {
    release();
    throw error;
  }
}

/** The same name means the same bytes: where the file lies, its version, and a probe of what it holds. */
async function keyOf(archive: HostFile): Promise<string> {
  const { device, inode, sizeBytes, modifiedNs, changedNs } = archive.identity;
  const hash = createHash("sha256").update([device, inode, sizeBytes, modifiedNs, changedNs].join(" "));
  for (const at of [0, Math.floor(archive.sizeBytes / 2), archive.sizeBytes - probeBytes]) {
    hash.update(await archive.read(Math.max(0, at), probeBytes));
  }
  return hash.digest("hex").slice(0, 40);
}

/** Notes that it was used now. false: it is not there. */
async function touch(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

async function unpackShared(
  archive: HostFile,
  compression: CompressionName,
  path: string,
  options: UnpackOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  if (signal.aborted) throw abortReason(signal);
  let shared = underWay.get(path);
  if (shared === undefined) {
    shared = start(archive, compression, path, options.limits ?? {});
    underWay.set(path, shared);
  }
  const { listeners, stop, result } = shared;
  shared.waiting++;
  if (onProgress !== undefined) listeners.add(onProgress);
  const leave = Promise.withResolvers<never>();
  const onAbort = (): void => leave.reject(abortReason(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([result, leave.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (onProgress !== undefined) listeners.delete(onProgress);
    if (--shared.waiting === 0) {
      underWay.delete(path); // who comes now must not share what is being stopped
      stop.abort();
      await result.catch(() => {}); // nothing of it may be left when the caller is told
    }
  }
}

function start(
  archive: HostFile,
  compression: CompressionName,
  path: string,
  limits: Partial<UnpackLimits>,
): Shared {
  const stop = new AbortController();
  const listeners: Shared["listeners"] = new Set();
  const result = unpackInto(
    archive,
    compression,
    path,
    { ...unpackLimits, ...limits },
    stop.signal,
    (doneBytes) => {
      for (const tell of listeners) tell({ doneBytes, totalBytes: archive.sizeBytes });
    },
  );
  result.catch(() => {}); // every waiter has its own view of it
  return { result, stop, listeners, waiting: 0 };
}

async function unpackInto(
  archive: HostFile,
  compression: CompressionName,
  path: string,
  limits: UnpackLimits,
  signal: AbortSignal,
  onProgress: (packedBytes: number) => void,
): Promise<void> {
  const folder = join(path, "..");
  await removeStale(folder);
  const targetPath = `${path.slice(0, -".image".length)}.${process.pid}-${randomBytes(4).toString("hex")}.partial`;
  try {
    await using own = await openAgain(archive);
    const { path: shownPath, descriptor, sizeBytes: packedBytes } = own;
    await runUnpacking(
      { path: shownPath, descriptor, packedBytes, compression, targetPath, limits },
      { signal, onProgress },
    );
    await own.assertUnchanged();
    await makeRoom(folder, await allocatedBytes(targetPath), cacheLimits, (file) => inUse.has(file));
    await rename(targetPath, path);
  } catch (error) {
    await rm(targetPath, { force: true });
    throw error;
  }
}

/** Whoever began may leave and close the file while others still wait: the unpacking holds one of its own. */
async function openAgain(archive: HostFile): Promise<HostFile> {
  const own = await openFileBytes(archive.path);
  const keys = ["device", "inode", "sizeBytes", "modifiedNs"] as const;
  if (keys.every((key) => own.identity[key] === archive.identity[key])) return own;
  await own[Symbol.asyncDispose]();
  throw new AppError("image-in-use", `${archive.path} was replaced while it was read`, { retry: "now" });
}

const allocatedBytes = async (path: string): Promise<number> => {
  const { blocks, size } = await stat(path);
  return process.platform === "win32" ? size : blocks * 512;
};

import { open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { syncDirectory } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import { checkQcow2, compareDisks, convertToQcow2, type DiskFile } from "./qemu-img.ts";

/** Identity and content of a file as stat(2) tells them; times in nanoseconds. */
interface Fingerprint {
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
}

/** What still has to be done, in parts of the whole time (measured: converting takes most of it). */
const convertShare = 0.85;

export interface CompactProgress {
  readonly stage: "convert" | "check" | "compare";
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/**
 * Compacts into `targetPath`, which appears only when it is proved: qemu-img's check and a comparison of all that
 * a guest sees. Until then the file is `<targetPath>.partial`. Throws `disk-full`, `image-in-use`,
 * `verify-failed`, `cancelled`, `tool-missing`; the partial file is removed in every case.
 */
export async function compactImage(
  source: DiskFile & { readonly virtualBytes: number; readonly layerPaths?: readonly string[] },
  targetPath: string,
  deps: { ports: Pick<Ports, "processes" | "clock"> },
  options: { signal: AbortSignal; onProgress: (progress: CompactProgress) => void },
): Promise<{ fileBytes: number; elapsedMs: number }> {
  const { processes, clock } = deps.ports;
  const startedMs = clock.nowMs();
  const partialPath = `${targetPath}.partial`;
  const totalBytes = source.virtualBytes;
  await rm(partialPath, { force: true });
  const before = await fingerprint(source.path);
  await assertRoom([source.path, ...(source.layerPaths ?? [])], dirname(targetPath));
  const report =
    (stage: CompactProgress["stage"], from: number, to: number) =>
    (fraction: number): void => {
      const part = from + (to - from) * fraction;
      options.onProgress({ stage, doneBytes: Math.round(part * totalBytes), totalBytes });
    };
  const target: DiskFile = { path: partialPath, format: "qcow2" };
  const shared = { processes, signal: options.signal };
  try {
    await convertToQcow2(source, partialPath, { ...shared, onFraction: report("convert", 0, convertShare) });
    await checkQcow2(partialPath, { ...shared, onFraction: report("check", convertShare, convertShare) });
    await compareDisks(source, target, { ...shared, onFraction: report("compare", convertShare, 1) });
    await assertUntouched(source.path, before);
    await syncFile(partialPath);
    await rename(partialPath, targetPath);
    await syncDirectory(dirname(targetPath));
  } catch (error) {
    await rm(partialPath, { force: true });
    throw AppError.from(error);
  }
  return { fileBytes: (await stat(targetPath)).size, elapsedMs: clock.nowMs() - startedMs };
}

/** Incompressible data needs as much room as it has now. Better told before than at the end. */
async function assertRoom(sourcePaths: readonly string[], folder: string): Promise<void> {
  const files = await Promise.all(sourcePaths.map((path) => stat(path)));
  const neededBytes = files
    .map(({ blocks, size }) => (process.platform === "win32" ? size : Math.min(blocks * 512, size)))
    .reduce((sum, bytes) => sum + bytes, 0);
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  throw new AppError(
    "disk-full",
    `Compacting may need ${inMiB(neededBytes)} MiB, and ${inMiB(freeBytes)} MiB are free`,
    { retry: "now", details: { neededBytes, freeBytes, folder } },
  );
}

const inMiB = (bytes: number): string => (bytes / (1024 * 1024)).toFixed(0);

async function fingerprint(path: string): Promise<Fingerprint> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return { device: dev, inode: ino, sizeBytes: size, modifiedNs: mtimeNs };
  } catch (error) {
    throw AppError.from(error);
  }
}

async function assertUntouched(path: string, before: Fingerprint): Promise<void> {
  const after = await fingerprint(path);
  const same =
    after.device === before.device &&
    after.inode === before.inode &&
    after.sizeBytes === before.sizeBytes &&
    after.modifiedNs === before.modifiedNs;
  if (same) return;
  throw new AppError("image-in-use", `${path} was changed while it was compacted`, {
    hint: "Power off the machine that uses it, then try again.",
    retry: "now",
  });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

import { open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { syncDirectory } from "#core/library/json-file.ts";

/** Identity and content of a file as stat(2) tells them; times in nanoseconds. */
interface Fingerprint {
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
}

/**
 * Makes `targetPath` out of other files; the first of them must not change meanwhile. `make` writes and proves
 * `<targetPath>.partial`; the target appears only when that is through, and the partial file is removed in every other
 * case. Answers the target's size. Throws `disk-full`, `image-in-use`, and what `make` throws.
 */
export async function makeProved(
  sourcePaths: readonly [string, ...string[]],
  targetPath: string,
  make: (partialPath: string) => Promise<void>,
): Promise<number> {
  const [sourcePath] = sourcePaths;
  const partialPath = `${targetPath}.partial`;
  await rm(partialPath, { force: true });
  const before = await fingerprint(sourcePath);
  await assertRoom(sourcePaths, dirname(targetPath));
  try {
    await make(partialPath);
    await assertUntouched(sourcePath, before);
    await syncFile(partialPath);
    await rename(partialPath, targetPath);
    await syncDirectory(dirname(targetPath));
  } catch (error) {
    await rm(partialPath, { force: true });
    throw AppError.from(error);
  }
  return (await stat(targetPath)).size;
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
    `The new file may need ${inMiB(neededBytes)} MiB, and ${inMiB(freeBytes)} MiB are free in ${folder}`,
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
  throw new AppError("image-in-use", `${path} was changed while it was read`, {
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

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

export interface CacheLimits {
  /** On the disk; holes do not count. */
  readonly maxBytes: number;
  /** Another process may be reading what was used this recently. */
  readonly keepUsedWithinMs: number;
}

const forgottenMs = 24 * 3600_000;

/** Removes what unpackings left behind that ended without a chance to do so themselves. */
export async function removeStale(folder: string): Promise<void> {
  for (const { name, path, usedMs } of await filesIn(folder, ".partial")) {
    const pid = Number(/\.(\d+)-[0-9a-f]+\.partial$/.exec(name)?.[1]);
    if (isRunning(pid) && Date.now() - usedMs < forgottenMs) continue;
    await rm(path, { force: true });
  }
}

/** Clears the least recently used away until `neededBytes` more fit. */
export async function makeRoom(
  folder: string,
  neededBytes: number,
  limits: CacheLimits,
  isInUse: (path: string) => boolean,
): Promise<void> {
  const files = (await filesIn(folder, ".image")).sort((a, b) => a.usedMs - b.usedMs);
  let totalBytes = neededBytes + files.reduce((sum, file) => sum + file.bytes, 0);
  for (const { path, bytes, usedMs } of files) {
    if (totalBytes <= limits.maxBytes) return;
    if (isInUse(path) || Date.now() - usedMs < limits.keepUsedWithinMs) continue;
    await rm(path, { force: true });
    totalBytes -= bytes;
  }
}

interface CacheFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

async function filesIn(folder: string, suffix: string): Promise<CacheFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => null); // another process was faster
      if (stats === null) return null;
      const bytes = process.platform === "win32" ? stats.size : stats.blocks * 512;
      return { name, path, bytes, usedMs: stats.mtimeMs };
    }),
  );
  return files.filter((file) => file !== null);
}

/** Signal 0 asks whether a process is there; EPERM says so as well. */
function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

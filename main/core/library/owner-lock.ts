import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { ProcessIdentity, Processes } from "#ports/processes.ts";
import { newId } from "./new-id.ts";

const OwnerSchema = z.object({ pid: z.number().int(), startToken: z.string() });

/** Who holds the lock now; null when nobody does or its holder is gone. */
export async function lockOwner(path: string, processes: Processes): Promise<ProcessIdentity | null> {
  try {
    const owner = OwnerSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return (await processes.isAlive(owner)) ? owner : null;
  } catch {
    return null;
  }
}

/**
 * A lock between copies of the app: a file that names its owner's process. A lock whose owner is gone is
 * taken over. Throws `already-exists` when a living process holds it.
 */
export async function acquireLock(path: string, processes: Processes): Promise<() => Promise<void>> {
  const self = await processes.self();
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await writeFile(path, JSON.stringify(self), { flag: "wx", mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if (AppError.from(error).code !== "already-exists") throw AppError.from(error);
    }
    const owner = await lockOwner(path, processes);
    if (owner !== null) {
      throw new AppError("already-exists", `Another copy of Goldsmith (process ${owner.pid}) works on this`, {
        hint: "Wait until it is done, or use that copy.",
        retry: "later",
      });
    }
    // Renaming away is atomic: of two who see the same stale lock, one moves it and the other finds it gone.
    const stale = `${path}.${newId()}.stale`;
    await rename(path, stale).catch(() => {});
    await rm(stale, { force: true });
  }
  throw new AppError("already-exists", "The lock could not be taken", { retry: "now" });
}

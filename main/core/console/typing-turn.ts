import { randomBytes } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { createExclusive } from "#core/machine/exclusive-file.ts";
import type { Clock } from "#ports/ports.ts";
import type { ProcessIdentity, Processes } from "#ports/processes.ts";

const OwnerSchema = z.object({ pid: z.number().int().positive(), startToken: z.string() });

interface TypingTurnDeps {
  processes: Pick<Processes, "self" | "isAlive">;
  clock: Clock;
}

const retryMs = 50;

/**
 * Whose turn it is to type at a machine: a lock file that names the process. QEMU would queue a second
 * connection silently, so the copies of the app agree beforehand. A lock whose owner is dead is taken over.
 */
export class TypingTurn {
  readonly #path: string;
  readonly #deps: TypingTurnDeps;

  constructor(path: string, deps: TypingTurnDeps) {
    this.#path = path;
    this.#deps = deps;
  }

  /** Throws `machine-busy` after `timeoutMs`, `cancelled`. */
  async take(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const { processes, clock } = this.#deps;
    const me = JSON.stringify(await processes.self());
    const deadlineMs = clock.nowMs() + timeoutMs;
    while (!(await createExclusive(this.#path, me))) {
      const owner = await this.#owner();
      if (owner === null || !(await processes.isAlive(owner))) {
        await this.#removeStale(owner);
        continue;
      }
      if (clock.nowMs() >= deadlineMs) {
        throw new AppError("machine-busy", `Another program types at this machine (process ${owner.pid})`, {
          hint: "Wait until it has finished, or close it.",
          retry: "later",
        });
      }
      await clock.sleep(retryMs, signal);
    }
  }

  release(): Promise<void> {
    return rm(this.#path, { force: true });
  }

  async #owner(path = this.#path): Promise<ProcessIdentity | null> {
    try {
      return OwnerSchema.parse(JSON.parse(await readFile(path, "utf8")));
    } catch {
      return null; // gone meanwhile, or damaged: nobody's
    }
  }

  /** Two may see the same stale lock; moving it aside and looking again spares the lock of the faster one. */
  async #removeStale(stale: ProcessIdentity | null): Promise<void> {
    const aside = `${this.#path}.${randomBytes(6).toString("hex")}.stale`;
    try {
      await rename(this.#path, aside);
    } catch {
      return; // another one was faster
    }
    const moved = await this.#owner(aside);
    const living = moved !== null && (moved.pid !== stale?.pid || moved.startToken !== stale.startToken);
    if (living) await createExclusive(this.#path, JSON.stringify(moved));
    await rm(aside, { force: true });
  }
}

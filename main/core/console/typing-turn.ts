import { readFile, rm } from "node:fs/promises";
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
      if (owner === "gone") continue;
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

  /** null: it names nobody, because it is damaged; `gone`: there is none. */
  async #owner(path = this.#path): Promise<ProcessIdentity | null | "gone"> {
    try {
      return OwnerSchema.parse(JSON.parse(await readFile(path, "utf8")));
    } catch (error) {
      return AppError.from(error).code === "not-found" ? "gone" : null;
    }
  }

  /**
   * Several may see the same stale lock, and one of them may be slow: it must not remove the lock of a faster one. So
   * the removal has a lock of its own, whose holder looks again: what is stale then stays until the holder removes it.
   */
  async #removeStale(stale: ProcessIdentity | null): Promise<void> {
    const { processes, clock } = this.#deps;
    const broom = `${this.#path}.broom`;
    if (await createExclusive(broom, JSON.stringify(await processes.self()))) {
      try {
        const owner = await this.#owner();
        const isSame = owner === stale || (isIdentity(owner) && owner.startToken === stale?.startToken);
        if (isSame) await rm(this.#path, { force: true });
      } finally {
        await rm(broom, { force: true });
      }
      return;
    }
    const sweeper = await this.#owner(broom);
    if (sweeper === "gone") return;
    if (sweeper === null || !(await processes.isAlive(sweeper))) await rm(broom, { force: true });
    else await clock.sleep(retryMs);
  }
}

const isIdentity = (owner: ProcessIdentity | null | "gone"): owner is ProcessIdentity =>
  owner !== null && owner !== "gone";

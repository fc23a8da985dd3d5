import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import { GuestAgent } from "./guest-agent.ts";

/**
 * `frozen.json`, version 1: who has stopped the guest's filesystems. It is there before they stop. `owner` null: whoever
 * it was could not reach the agent any more and has given up.
 */
const FrozenSchema = z.object({
  version: z.literal(1),
  owner: z.object({ pid: z.number().int(), startToken: z.string() }).nullable(),
});

/** A guest that cannot flush its caches within this time is not frozen: better a journal to replay than a stop. */
const freezeMs = 700;
const thawAttempts = 5;
const betweenThawsMs = 100;

interface FreezeDeps {
  readonly ports: Pick<Ports, "clock" | "log" | "processes">;
  /** The machine's. */
  readonly folder: string;
  readonly agentSocket: string;
}

/**
 * Does something short while the guest's filesystems stand still, where an agent can do that; else just does it.
 * They go on in every case; when this process is killed meanwhile or the agent falls silent, `thawLeftover` sees to it. `frozen`: they stood.
 */
export async function whileFrozen<T>(
  deps: FreezeDeps,
  work: () => Promise<T>,
): Promise<{ value: T; frozen: boolean }> {
  const { ports, folder, agentSocket } = deps;
  const marker = join(folder, "frozen.json");
  let agent: GuestAgent | null = null;
  try {
    agent = await GuestAgent.connect(agentSocket);
    await writeJson(marker, { version: 1, owner: await ports.processes.self() });
    const frozen = await freeze(agent, ports.log);
    return { value: await work(), frozen };
  } catch (error) {
    if (agent !== null) throw error;
    return { value: await work(), frozen: false };
  } finally {
    if (agent !== null) {
      await agent[Symbol.asyncDispose]();
      if (await thaw(deps)) await rm(marker, { force: true });
      else await writeJson(marker, { version: 1, owner: null });
    }
  }
}

async function freeze(agent: GuestAgent, log: FreezeDeps["ports"]["log"]): Promise<boolean> {
  try {
    return (await agent.freeze(freezeMs)) > 0;
  } catch (error) {
    log.info("A guest's filesystems cannot be frozen", { message: AppError.from(error).message });
    return false;
  }
}

/** Also when the freeze was not answered: it may still have come about. */
async function thaw({ ports, agentSocket }: FreezeDeps): Promise<boolean> {
  for (let attempt = 1; attempt <= thawAttempts; attempt++) {
    try {
      await using agent = await GuestAgent.connect(agentSocket);
      if (await agent.isFrozen()) await agent.thaw();
      return true;
    } catch (error) {
      const { code, message } = AppError.from(error);
      if (code === "tool-failed") return true; // an agent that knows no freezing
      ports.log.warn("A guest's filesystems could not be thawed", { attempt, message });
    }
    await ports.clock.sleep(betweenThawsMs);
  }
  return false;
}

/**
 * For a machine that runs, now and then: answers whether somebody had left its filesystems frozen, be it because he was
 * killed or because the agent did not answer when they were to go on.
 */
export async function thawLeftover(deps: FreezeDeps): Promise<boolean> {
  const marker = join(deps.folder, "frozen.json");
  const left = await readJson(marker, FrozenSchema);
  if (left === null) return false;
  if (left.owner !== null && (await deps.ports.processes.isAlive(left.owner))) return false;
  if (!(await thaw(deps))) return false;
  await rm(marker, { force: true });
  return true;
}

import { z } from "zod";
import type { Processes } from "#ports/processes.ts";
import type { MachineLayers, LiveGuest } from "./machine-layers.ts";
import type { MachineRecord } from "./machine-record.ts";
import { loadMemory, type MemoryRecord } from "./memory-file.ts";

const StatusSchema = z.object({ status: z.string() });

/**
 * Gives a QEMU that waits the saved memory and lets the guest go on. The memory's record goes before the guest moves:
 * afterwards it would no longer belong to the disk.
 */
export async function takeMemory(
  guest: LiveGuest,
  layers: MachineLayers,
  signal: AbortSignal,
): Promise<void> {
  await layers.locked(async () => {
    await loadMemory(guest.execute, layers.files.memory, layers.memorySocket(), { signal });
    await layers.dropMemory();
    await guest.execute("cont");
  });
}

/**
 * What a killed app has left of a suspend or of a start from memory. As long as the memory is there the guest has not
 * moved since: its QEMU is ended, and the machine is suspended. Without it the guest only waits to be let go.
 */
export async function settleIncoming(
  guest: LiveGuest,
  layers: MachineLayers,
  processes: Processes,
): Promise<void> {
  const { starter, resumes } = guest.run;
  const isOurs = starter.pid === (await processes.self()).pid;
  const isStarting = resumes && !isOurs && (await processes.isAlive(starter));
  if (isStarting || (await layers.isLocked())) return; // a living copy of the app is at it
  if ((await layers.memory()) !== null) return void (await guest.execute("quit"));
  if (!resumes) return;
  const { status } = StatusSchema.parse(await guest.execute("query-status"));
  if (status === "paused") await guest.execute("cont");
}

/** Why the saved memory cannot be used with the machine as it is now; null: it can be tried. */
export function memoryMisfit(memory: MemoryRecord, { hardware }: MachineRecord): string | null {
  const differs = (Object.keys(memory.hardware) as (keyof typeof hardware)[]).filter(
    (key) => key !== "diskSizeBytes" && memory.hardware[key] !== hardware[key],
  );
  return differs.length === 0 ? null : `its hardware was changed since (${differs.join(", ")})`;
}

import { rm } from "node:fs/promises";
import type { AcceleratorName } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import type { ProcessIdentity } from "#ports/processes.ts";
import { bookEnd } from "./end-run.ts";
import { createExclusive } from "./exclusive-file.ts";
import { memoryMisfit, takeMemory } from "./incoming-memory.ts";
import { launchQemu, type Launched } from "./launch-qemu.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { MachineLayers } from "./machine-layers.ts";
import type { MachineRecord, RunRecord } from "./machine-record.ts";
import type { MemoryRecord } from "./memory-file.ts";
import { prepareRun, type FirmwarePaths } from "./prepare-run.ts";
import { qmpCommand } from "./qmp-client.ts";

export interface StartDeps {
  readonly ports: Ports;
  readonly firmware: () => Promise<FirmwarePaths>;
  readonly id: string;
  readonly folder: MachineFolder;
  readonly layers: MachineLayers;
  readonly record: MachineRecord;
  /** The run is written down and will be tried. */
  readonly onRun: (run: RunRecord) => void;
  /** The saved memory is given up, and this is why. */
  readonly onMisfit: (reason: string) => void;
}

export interface StartedRun extends Launched {
  readonly run: RunRecord;
}

/** A port may be taken between the question for a free one and QEMU's use of it. */
const portAttempts = 5;

/** Starts QEMU, from the saved memory where there is one. Throws what `launchQemu` and `prepareRun` throw. */
export async function startRun(
  deps: StartDeps,
  accelerator: AcceleratorName,
  signal: AbortSignal,
): Promise<StartedRun> {
  for (let attempt = 1; ; attempt++) {
    const memory = await usableMemory(deps);
    try {
      return await launch(deps, memory, accelerator, signal);
    } catch (error) {
      const misfit = memory === null ? null : refusalOf(error, memory);
      if (misfit !== null) await giveUpMemory(deps, misfit);
      else if (AppError.from(error).code !== "port-in-use" || attempt === portAttempts) throw error;
    }
  }
}

async function launch(
  deps: StartDeps,
  memory: MemoryRecord | null,
  accelerator: AcceleratorName,
  signal: AbortSignal,
): Promise<StartedRun> {
  const { ports, folder, layers, record } = deps;
  const { clock } = ports;
  layers.assertSettled(record.name);
  let run = await prepareRun(
    { ...deps, memory, signal, layers: await layers.chain() },
    record,
    memory?.accelerator ?? accelerator,
  );
  if (signal.aborted) throw new AppError("cancelled", "Cancelled");
  if (!(await createExclusive(folder.run, JSON.stringify(run)))) throw startedElsewhere(record.name);
  await layers.assertFree(record.name).catch(async (error: unknown) => {
    await rm(folder.run, { force: true });
    throw error;
  });
  deps.onRun(run);
  const onSpawn = async (identity: ProcessIdentity): Promise<void> => {
    run = { ...run, identity };
    await writeJson(folder.run, run);
  };
  try {
    const launched = await launchQemu({ ports, name: record.name, folder, onSpawn }, run, signal);
    if (memory !== null) await goOn(deps, run, launched.identity, signal);
    return { ...launched, run };
  } catch (error) {
    const failure = AppError.from(error);
    const isNews = failure.code !== "cancelled" && !(error instanceof MemoryRefused);
    await bookEnd({ clock, folder }, run, isNews ? failure : null);
    throw error;
  }
}

async function usableMemory(deps: StartDeps): Promise<MemoryRecord | null> {
  const memory = await deps.layers.memory();
  const misfit = memory === null ? null : memoryMisfit(memory, deps.record);
  if (misfit === null) return memory;
  await giveUpMemory(deps, misfit);
  return null;
}

class MemoryRefused extends Error {}

async function goOn(
  { ports, layers }: StartDeps,
  run: RunRecord,
  identity: ProcessIdentity,
  signal: AbortSignal,
): Promise<void> {
  try {
    await takeMemory(
      { run, hasAgent: false, execute: (command, given) => qmpCommand(run.sockets.control, command, given) },
      layers,
      signal,
    );
  } catch (error) {
    await ports.processes.kill(identity, "SIGKILL");
    const { code, message } = AppError.from(error);
    if (code === "cancelled") throw error;
    throw new MemoryRefused(message);
  }
}

/** Why this QEMU does not take the memory; null when the start failed for another reason, and it is kept. */
function refusalOf(error: unknown, { machineType }: MemoryRecord): string | null {
  if (error instanceof MemoryRefused) return error.message;
  const { stderr } = AppError.from(error).details;
  const unknownBoard = typeof stderr === "string" && /unsupported machine type/i.test(stderr);
  return unknownBoard ? `this QEMU does not know the board ${machineType} any more` : null;
}

async function giveUpMemory({ layers, onMisfit }: StartDeps, reason: string): Promise<void> {
  await layers.dropMemory();
  onMisfit(reason);
}

export const startedElsewhere = (name: string): AppError =>
  new AppError("machine-busy", `${name} was started by another program`, {
    hint: "It need not be started again.",
  });

import type { Checkpoint } from "#contract/checkpoint.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { LayerOptions, NewCheckpoint } from "./machine-layers.ts";
import type { Machine } from "./machine.ts";

/** Of a machine that is off or runs. */
export async function createCheckpoint(
  machine: Machine,
  wanted: NewCheckpoint,
  options: LayerOptions = {},
): Promise<Checkpoint> {
  const { layers, state } = machine;
  await machine.changeLayers((guest) => layers.create(wanted, machine.record, guest, options));
  const made = state.view.checkpoints.find(({ id }) => id === wanted.id);
  if (made === undefined) throw new AppError("internal", "The checkpoint that was made is not there");
  return made;
}

/** Throws `machine-busy` unless it is off. */
export const restoreCheckpoint = (machine: Machine, checkpointId: string, by: string): Promise<void> =>
  machine.whileOff(() => machine.layers.restore(checkpointId, by));

/** Throws `machine-busy` unless it is off. */
export const deleteCheckpoint = (
  machine: Machine,
  checkpointId: string,
  options: LayerOptions = {},
): Promise<void> => machine.whileOff(() => machine.layers.delete(checkpointId, options));

/** Memory to disk, then off. Asked again after a crash, only what is left is done. */
export async function suspend(machine: Machine, options: LayerOptions = {}): Promise<void> {
  const { layers } = machine;
  await machine.changeLayers(async (guest) => {
    if ((await layers.memory()) !== null) return;
    if (guest === null) machine.running();
    else await layers.saveMemory(machine.record, guest, options);
  });
  await machine.quit();
}

/** What a suspended guest had not written is lost; the memory of a checkpoint stays with the checkpoint. */
export const discardMemory = (machine: Machine): Promise<void> =>
  machine.whileOff(async () => {
    const { layers, record } = machine;
    await layers.locked(async () => {
      layers.assertSettled(record.name);
      await layers.assertNotStarted(record.name);
      if ((await layers.memory()) === null)
        throw new AppError("bad-input", `${record.name} is not suspended`);
      await layers.dropMemory();
    });
  });

import type { Machine } from "./machine.ts";

/**
 * QMP `cont`: requests that the host had refused are made again; one that fails again pauses the guest again. Never
 * while a checkpoint or the memory is being written, here or by another copy of the app: those count on a guest that
 * stands still. Throws `machine-not-running`, `machine-busy`.
 */
export const resumeGuest = (machine: Machine): Promise<void> =>
  machine.changeLayers(async (guest) => {
    if (guest === null) return void machine.running();
    await machine.layers.locked(async () => {
      machine.state.update({ lastError: null });
      await guest.execute("cont");
    });
  });

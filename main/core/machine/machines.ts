import type { z } from "zod";
import type { MachineConsole } from "#core/console/machine-console.ts";
import type { MachineCreateSchema, MachinePower, MachineView } from "#contract/machine.ts";

export type { MachineConsole };

/**
 * The machines of this computer. Every change is put into the state store; QEMU runs detached, so that closing
 * the app (or losing it) leaves guests running.
 */
export interface Machines {
  /** Reads machines from disk, re-attaches to living QEMUs, puts the views into the store. */
  load(): Promise<void>;
  /** Makes folder and disk; answers the id. Throws `disk-full`, `not-found` (ISO), `tool-missing`. */
  create(input: z.output<typeof MachineCreateSchema>): Promise<string>;
  /**
   * Resolves when QEMU answers. Throws `machine-busy` (started already), `tool-missing` (QEMU, firmware),
   * `not-found` (ISO), `machine-died` (QEMU ended at once: argv, exitCode and stderr in details).
   */
  start(id: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** Asks the guest to shut down; resolves when it was asked. */
  powerButton(id: string): Promise<void>;
  reset(id: string): Promise<void>;
  /** Resolves when the process is gone. */
  forceOff(id: string): Promise<void>;
  eject(id: string): Promise<void>;
  insert(id: string, isoPath: string): Promise<void>;
  /** Refused with `machine-busy` while running. */
  delete(id: string): Promise<void>;
  /** Resolves when the machine has this power state; throws `timeout` or `cancelled`. */
  waitForPower(
    id: string,
    power: MachinePower,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<void>;
  /** Throws `not-found`. */
  view(id: string): MachineView;
  /** The path, whether or not the machine runs. */
  diskPath(id: string): string;
  /** Throws `machine-busy`. */
  assertOff(id: string): void;
  console(id: string): MachineConsole;
  /** Lets go of everything; guests go on running. */
  close(): Promise<void>;
}

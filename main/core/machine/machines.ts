import { mkdir, readdir, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import type { z } from "zod";
import type { Checkpoint } from "#contract/checkpoint.ts";
import type { Hardware, MachineCreateSchema, MachinePower, MachineView } from "#contract/machine.ts";
import type { MachineConsole } from "#core/console/machine-console.ts";
import type { LayeredDisk } from "#core/image/layered-disk.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import { changeMachine, type MachineChange } from "./change-machine.ts";
import { assertUsableIso, createMachineFolder, removeUnfinished } from "./create-machine.ts";
import { assertNobodyBuildsOn } from "./dependants.ts";
import { resumeGuest } from "./resume-guest.ts";
import { createDisplays, screenshot } from "./display.ts";
import { watchFolder } from "./folder-watch.ts";
import {
  createCheckpoint,
  deleteCheckpoint,
  discardMemory,
  restoreCheckpoint,
  suspend,
} from "./machine-checkpoints.ts";
import {
  branchMachine,
  copyMachine,
  importMachine,
  type CopyIdentity,
  type ForeignDisk,
} from "./clone-machine.ts";
import { whileFrozen } from "./frozen.ts";
import { openMachineConsole } from "./machine-console.ts";
import { isMachineId, machinesRoot } from "./machine-folder.ts";
import type { LayerOptions, LiveGuest, NewCheckpoint } from "./machine-layers.ts";
import { assertMemoryFits } from "./memory-budget.ts";
import { Machine, type MachineDeps } from "./machine.ts";
import { cdDeviceId } from "./qemu-args.ts";

export type { MachineConsole };
export type { NewCheckpoint } from "./machine-layers.ts";

/**
 * The machines of this computer. Every change is put into the state store; QEMU runs detached, so that closing
 * the app (or losing it) leaves guests running.
 */
export interface Machines {
  /** Reads machines from disk, re-attaches to living QEMUs, puts the views into the store. */
  load(): Promise<void>;
  /**
   * Makes folder and disk; answers the id, which a job may choose beforehand to find its machine again. Throws
   * `disk-full`, `not-found` (ISO), `tool-missing`.
   */
  create(input: z.output<typeof MachineCreateSchema>, id?: string): Promise<string>;
  /**
   * Resolves when QEMU answers. Throws `machine-busy` (started already; memory is short and not `overcommit`), `tool-missing` (QEMU, firmware),
   * `not-found` (ISO), `machine-died` (QEMU ended at once: argv, exitCode and stderr in details).
   */
  start(id: string, options?: { signal?: AbortSignal; overcommit?: boolean }): Promise<void>;
  /** Asks the guest to shut down; resolves when it was asked. */
  powerButton(id: string): Promise<void>;
  /** Begins a direct install anew: QEMU itself cannot. */
  reset(id: string): Promise<void>;
  /** A guest that stands still goes on and tries again what its disk refused. Throws `machine-not-running`. */
  resume(id: string): Promise<void>;
  /** Resolves when the process is gone. */
  forceOff(id: string): Promise<void>;
  eject(id: string): Promise<void>;
  insert(id: string, isoPath: string): Promise<void>;
  /** Words at any time, hardware while off. Throws `machine-busy`, `bad-input`, `disk-full`. */
  change(id: string, change: MachineChange): Promise<void>;
  /** Throws `machine-busy` while it runs, `image-in-use` when another machine's disk builds on its layers. */
  delete(id: string): Promise<void>;
  /** Resolves when the machine has this power state; throws `timeout` or `cancelled`. */
  waitForPower(
    id: string,
    power: MachinePower,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<void>;
  /** Throws `not-found`. */
  view(id: string): MachineView;
  /**
   * Makes a checkpoint of a machine that is off or runs; the guest stops for milliseconds, or while its memory is
   * written. Asking again with the same id answers the same one, so that a job can ask after a crash. Throws
   * `disk-full`, `machine-busy`, `cancelled`; then there is none.
   */
  createCheckpoint(id: string, wanted: NewCheckpoint, options?: LayerOptions): Promise<Checkpoint>;
  /**
   * The disk becomes what it was then. Throws `machine-busy` unless off, `not-found`. `by` (a job's id, say) names
   * who asks; the same one asking again after a crash changes nothing.
   */
  restoreCheckpoint(id: string, checkpointId: string, by?: string): Promise<void>;
  /** Throws `machine-busy` unless off, `image-in-use` when another machine builds on it, `not-found`. */
  deleteCheckpoint(id: string, checkpointId: string, options?: LayerOptions): Promise<void>;
  /** A new machine that goes on from a checkpoint and shares its layer. Asking again makes no second one. */
  branch(id: string, checkpointId: string, copy: CopyIdentity): Promise<void>;
  /** A new machine with a copy of the disk. Throws `machine-busy` unless off, `disk-full`, `cancelled`. */
  copy(id: string, copy: CopyIdentity, options?: LayerOptions): Promise<void>;
  /** A new machine around a disk that exists; the file is never written. */
  importDisk(
    disk: ForeignDisk & { node: string },
    copy: CopyIdentity,
    hardware: Hardware,
    options: LayerOptions & { linked: boolean },
  ): Promise<void>;
  /** Memory to disk, then off; the next start goes on. Throws with the guest going on. */
  suspend(id: string, options?: LayerOptions): Promise<void>;
  /** The next start boots. Throws `machine-busy` unless off, `bad-input` where there is no memory. */
  discardMemory(id: string): Promise<void>;
  folder(id: string): string;
  /** The path, whether or not the machine runs. */
  diskPath(id: string): string;
  /** The whole disk of a machine with checkpoints or a base, to be read while it is off; null: one plain file. */
  layeredDisk(id: string): Promise<LayeredDisk | null>;
  /** Throws `machine-busy`. */
  assertOff(id: string): void;
  console(id: string): MachineConsole;
  /** Shows that what is typed goes into a recipe. */
  setRecording(id: string, recording: boolean): void;
  /** For work on a guest that runs. Throws `machine-not-running`. */
  guest(id: string): LiveGuest;
  /** Does something short while the guest's filesystems stand still, where its agent can do that. */
  whileFrozen<T>(id: string, work: () => Promise<T>): Promise<{ value: T; frozen: boolean }>;
  /** PNG. Throws `machine-not-running`. */
  screenshot(id: string): Promise<Uint8Array>;
  /** VNC bytes from the display; one connection each. */
  readDisplay(id: string, connectionId: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  writeDisplay(connectionId: string, bytes: Uint8Array): Promise<void>;
  /** Lets go of everything; guests go on running. */
  close(): Promise<void>;
}

const cdDevice = { id: cdDeviceId };

/** A machine with what is open for it. */
interface Held {
  readonly machine: Machine;
  readonly console: MachineConsole;
  readonly closeConsole: () => Promise<void>;
  readonly deleted: AbortController;
}

export function createMachines(deps: MachineDeps): Machines {
  const { ports, store } = deps;
  const { log } = ports;
  const root = machinesRoot(ports.directories.data);
  const held = new Map<string, Held>();
  const displays = createDisplays();
  let stopWatchingRoot = (): void => {};
  let scan: Promise<void> = Promise.resolve();
  let closed = false;

  function get(id: string): Held {
    const found = held.get(id);
    if (found === undefined) throw new AppError("not-found", `There is no machine ${id}`);
    return found;
  }

  async function hold(id: string): Promise<void> {
    const machine = await Machine.open(id, deps);
    if (machine === null) return;
    const deleted = new AbortController();
    const { console, close } = openMachineConsole(machine, ports, deleted.signal);
    held.set(id, { machine, console, closeConsole: close, deleted });
    store.remove("notices", noticeId(id));
  }

  /** Takes in folders that are new and lets go of those that are gone. One scan at a time. */
  function rescan(): Promise<void> {
    return oneByOne(async () => {
      if (closed) return;
      const names = (await readdir(root)).filter(isMachineId);
      for (const id of held.keys()) if (!names.includes(id)) await letGo(id);
      for (const id of names) if (!held.has(id)) await hold(id).catch((error: unknown) => tell(id, error));
    });
  }

  function oneByOne(work: () => Promise<void>): Promise<void> {
    const turn = scan.then(work);
    scan = turn.catch(() => {});
    return turn;
  }

  async function letGo(id: string): Promise<void> {
    const one = held.get(id);
    if (one === undefined) return;
    held.delete(id);
    one.deleted.abort();
    await one.closeConsole();
    await one.machine.close();
    one.machine.state.remove();
  }

  function tell(id: string, error: unknown): void {
    const { message, hint } = AppError.from(error);
    store.put("notices", noticeId(id), {
      id: noticeId(id),
      level: "warning",
      title: "A machine could not be read",
      text: `${message}. ${hint}`,
      createdAt: ports.clock.nowIso(),
    });
  }

  const nameOf = (id: string): string => held.get(id)?.machine.record.name ?? id;

  function assertOff(id: string): void {
    const { name, power } = get(id).machine.state.view;
    if (power === "off") return;
    throw new AppError("machine-busy", `${name} is ${power}`);
  }

  function runningGuest(id: string): LiveGuest {
    const { machine } = get(id);
    const guest = machine.guest();
    if (guest === null) throw new AppError("machine-not-running", `${machine.record.name} is not running`);
    return guest;
  }

  async function makeOnce(id: string, make: () => Promise<void>): Promise<void> {
    if (!held.has(id)) await make();
    await rescan();
  }

  return {
    assertOff,
    async load() {
      await mkdir(root, { recursive: true });
      await removeUnfinished(ports);
      await rescan();
      stopWatchingRoot = watchFolder(root, isMachineId, () => void rescan().catch(warn), log);
    },
    async create(input, wantedId) {
      await mkdir(root, { recursive: true });
      const id = await createMachineFolder(ports, input, wantedId);
      await rescan();
      return id;
    },
    async start(id, { signal, overcommit = false } = {}) {
      const { machine } = get(id);
      const all = [...held.values()].map((one) => one.machine.state.view);
      if (!overcommit) assertMemoryFits(machine.state.view, all, totalmem());
      await machine.start(signal);
    },
    change: async (id, change) => await changeMachine(ports, get(id).machine, change),
    folder: (id) => get(id).machine.folder.path,
    powerButton: async (id) => await get(id).machine.powerButton(),
    reset: async (id) => await get(id).machine.reset(),
    resume: async (id) => await resumeGuest(get(id).machine),
    forceOff: async (id) => await get(id).machine.forceOff(),
    async eject(id) {
      const { machine } = get(id);
      await machine.setIso(null, () => machine.control("eject", { ...cdDevice, force: true }));
    },
    async insert(id, isoPath) {
      const { machine } = get(id);
      await assertUsableIso(isoPath);
      const medium = { ...cdDevice, filename: isoPath, format: "raw", force: true };
      await machine.setIso(isoPath, () =>
        machine.control("blockdev-change-medium", { ...medium, "read-only-mode": "read-only" }),
      );
    },
    async delete(id) {
      const { machine } = get(id);
      await machine.reconcile();
      assertOff(id);
      await assertNobodyBuildsOn(ports.directories.data, id, nameOf);
      const { path } = machine.folder;
      await oneByOne(async () => {
        await letGo(id);
        if (!(await ports.desktop.trash(path))) await rm(path, { recursive: true, force: true });
      });
    },
    createCheckpoint: async (id, wanted, options) => await createCheckpoint(get(id).machine, wanted, options),
    restoreCheckpoint: async (id, checkpointId, by = newId()) =>
      await restoreCheckpoint(get(id).machine, checkpointId, by),
    async deleteCheckpoint(id, checkpointId, options) {
      await assertNobodyBuildsOn(ports.directories.data, id, nameOf, checkpointId);
      await deleteCheckpoint(get(id).machine, checkpointId, options);
    },
    branch: async (id, checkpointId, copy) =>
      await makeOnce(copy.id, () => branchMachine(ports, get(id).machine, checkpointId, copy)),
    async copy(id, copy, options = {}) {
      const { machine } = get(id);
      await makeOnce(copy.id, () => machine.whileOff(() => copyMachine(ports, machine, copy, options)));
    },
    importDisk: async (disk, copy, hardware, options) =>
      await makeOnce(copy.id, () => importMachine(ports, disk, copy, hardware, options)),
    suspend: async (id, options) => await suspend(get(id).machine, options),
    discardMemory: async (id) => await discardMemory(get(id).machine),
    waitForPower: async (id, power, options) =>
      await get(id).machine.state.waitForPower(power, ports.clock, options),
    view: (id) => get(id).machine.state.view,
    diskPath: (id) => get(id).machine.folder.disk,
    layeredDisk: async (id) => await get(id).machine.layers.whole(),
    console: (id) => get(id).console,
    setRecording: (id, recording) => get(id).machine.state.update({ recording }),
    guest: runningGuest,
    async whileFrozen(id, work) {
      const { folder } = get(id).machine;
      const agentSocket = runningGuest(id).run.sockets.agent;
      if (get(id).machine.state.view.agentVersion === null) return { value: await work(), frozen: false };
      return await whileFrozen({ ports, folder: folder.path, agentSocket }, work);
    },
    screenshot: async (id) => await screenshot(get(id).machine),
    async *readDisplay(id, connectionId, signal) {
      const { machine, deleted } = get(id);
      const ends = AbortSignal.any([signal, deleted.signal]);
      yield* displays.read(machine.running(), connectionId, ends);
    },
    writeDisplay: (connectionId, bytes) => displays.write(connectionId, bytes),
    async close() {
      closed = true;
      stopWatchingRoot();
      await scan;
      await Promise.all(
        [...held.values()].map(async (one) => {
          one.deleted.abort();
          await one.closeConsole();
          await one.machine.close();
        }),
      );
      held.clear();
    },
  };

  function warn(error: unknown): void {
    log.warn("The machines' folder could not be read", { message: AppError.from(error).message });
  }
}

const noticeId = (id: string): string => `machine-${id}`;

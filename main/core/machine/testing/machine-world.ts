import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MachineCreateSchema, type MachineCreate } from "#contract/machine.ts";
import { newId } from "#core/library/new-id.ts";
import type { NewCheckpoint } from "#core/machine/machine-layers.ts";
import { createMachines, type Machines } from "#core/machine/machines.ts";
import { qmpCommand } from "#core/machine/qmp-client.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";

const MiB = 1024 * 1024;

/**
 * For tests: machines that never leave their firmware, in a folder of their own. Their disks are written and read by
 * QEMU's own qemu-io, so that no guest has to boot.
 */
export interface MachineWorld {
  readonly home: string;
  readonly ports: Ports;
  /** Of the copy of the app that was opened last. */
  machines: Machines;
  store: StateStore;
  /** Another copy of the app over the same folders. */
  open(change?: Partial<Ports>): Promise<Machines>;
  blank(change?: Partial<MachineCreate>): Promise<string>;
  inFolder(id: string, name: string): string;
  /** One QMP command to a machine that runs. */
  qmp(id: string, command: string, given?: Record<string, unknown>): Promise<unknown>;
  /** Fills the MiB at this place of the disk with a byte, running or not. */
  write(id: string, atMiB: number, byte: number): Promise<void>;
  /** Whether the MiB at this place of a file holds this byte, as other tools read it (by its header). */
  holds(path: string, atMiB: number, byte: number): Promise<boolean>;
  /** Every qcow2 in the folder passes qemu-img check; answers their names. */
  checked(id: string): Promise<string[]>;
  close(): Promise<void>;
}

/** The core does not know the system's side of its ports; a test hands it in. */
export async function openMachineWorld(
  createPorts: (options: { home: string }) => Promise<Ports>,
): Promise<MachineWorld> {
  const home = await mkdtemp(join(tmpdir(), "gs-w,d "));
  const ports = await createPorts({ home });
  const { processes } = ports;
  const opened: Machines[] = [];
  const root = join(home, "data", "machines");

  async function open(change: Partial<Ports> = {}): Promise<Machines> {
    world.store = new StateStore();
    world.machines = createMachines({
      ports: { ...ports, ...change },
      store: world.store,
      accelerator: () => Promise.resolve("tcg"),
      firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
    });
    opened.push(world.machines);
    await world.machines.load();
    return world.machines;
  }

  const world: MachineWorld = {
    home,
    ports,
    machines: undefined as never, // opened below
    store: new StateStore(),
    open,
    blank: (change = {}) =>
      world.machines.create(
        MachineCreateSchema.parse({
          name: "layered",
          hardware: { cores: 1, memoryBytes: 64 * MiB, diskSizeBytes: 16 * MiB },
          ...change,
        }),
      ),
    inFolder: (id, name) => join(root, id, name),
    qmp: (id, command, given = {}) =>
      qmpCommand(join(ports.directories.runtime, `${id}.qmp`), command, given),
    async write(id, atMiB, byte) {
      const command = `write -P ${byte} ${atMiB}M 1M`;
      if (world.machines.view(id).power === "off") {
        await processes.run(["qemu-io", "-f", "qcow2", "-c", command, world.machines.diskPath(id)]);
        return;
      }
      const line = `qemu-io -d disk0 "${command}"`; // QEMU prints what came of it on its own stdout
      await world.qmp(id, "human-monitor-command", { "command-line": line });
    },
    async holds(path, atMiB, byte) {
      const command = `read -P ${byte} ${atMiB}M 1M`;
      const argv = ["qemu-io", "-r", "-f", "qcow2", "-c", command, path];
      const { stdout, stderr } = await processes.run(argv, { allowFailure: true });
      if (!stdout.includes("read 1048576/1048576")) throw new Error(`${path} cannot be read: ${stderr}`);
      return !stdout.includes("Pattern verification failed");
    },
    async checked(id) {
      const names = (await readdir(join(root, id))).filter((name) => name.endsWith(".qcow2"));
      for (const name of names) {
        await processes.run(["qemu-img", "check", "-f", "qcow2", join(root, id, name)]);
      }
      return names.toSorted();
    },
    async close() {
      await open(); // the last one may be closed, or may have lost sight of a machine
      for (const id of await readdir(root)) await world.machines.forceOff(id).catch(() => {});
      for (const one of opened) await one.close();
      await rm(home, { recursive: true, force: true });
      await rm(ports.directories.runtime, { recursive: true, force: true });
    },
  };
  await open();
  return world;
}

export const newCheckpoint = (change: Partial<NewCheckpoint> = {}): NewCheckpoint => ({
  id: newId(),
  name: "a state",
  note: "",
  stage: null,
  withMemory: false,
  ...change,
});

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createCore } from "#core/create-core.ts";
import { createNodePorts } from "#system/node-ports.ts";

/** A library of the bench, worked on by a core in this process: what a click costs without a command's own start. */
export interface Library extends AsyncDisposable {
  folder(machineId: string): string;
  transcript(machineId: string): string;
  /** A machine whose disk begins with the bytes of this file. */
  createMachine(name: string, diskStart: string): Promise<string>;
  createInstaller(name: string, isoPath: string): Promise<string>;
  start(machineId: string): Promise<void>;
  forceOff(machineId: string): Promise<void>;
  /** QEMU's command line of the run. */
  argv(machineId: string): readonly string[];
}

const execute = promisify(execFile);
const MiB = 1024 ** 2;
const hardware = { cores: 2, firmware: "bios", diskBus: "virtio-scsi" } as const;

export async function openLibrary(home: string): Promise<Library> {
  const ports = await createNodePorts({ home });
  const core = await createCore(ports, { host: "cli" });
  const { handlers, store } = core;
  const { signal } = new AbortController();
  const folder = (machineId: string): string => join(ports.directories.data, "machines", machineId);
  const create = async (name: string, isoPath: string | null, memoryBytes: number): Promise<string> => {
    const disk = { diskSizeBytes: isoPath === null ? 64 * MiB : 1024 * MiB };
    const input = { name, isoPath, install: null, hardware: { ...hardware, ...disk, memoryBytes } };
    return (await handlers["machines.create"](input, signal)).machineId;
  };
  return {
    folder,
    transcript: (machineId) => join(folder(machineId), "transcript.log"),
    async createMachine(name, diskStart) {
      const machineId = await create(name, null, 256 * MiB);
      const target = join(folder(machineId), "disk.qcow2");
      await execute("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", diskStart, target]);
      return machineId;
    },
    createInstaller: (name, isoPath) => create(name, isoPath, 512 * MiB),
    start: async (machineId) =>
      void (await handlers["machines.start"]({ machineId, overcommit: false }, signal)),
    forceOff: async (machineId) => void (await handlers["machines.forceOff"]({ machineId }, signal)),
    argv: (machineId) => store.state.machines[machineId]?.argv ?? [],
    [Symbol.asyncDispose]: () => core.close(),
  };
}

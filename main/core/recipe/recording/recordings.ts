import { stringify } from "yaml";
import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Machines } from "#core/machine/machines.ts";
import { Recorder } from "./recorder.ts";
import { literalBraces } from "./step-list.ts";

export interface Recordings {
  start(machineId: string): Promise<void>;
  /** The recipe's YAML. */
  stop(machineId: string): Promise<string>;
  /** Sends what is typed to the guest, and into the recipe while it is recorded. */
  write(machineId: string, text: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Recordings of this process: what is typed in another one is not in them. */
export function createRecordings(deps: {
  machines: Pick<Machines, "console" | "view" | "setRecording">;
}): Recordings {
  const { machines } = deps;
  const running = new Map<string, { recorder: Recorder; first: MachineView }>();
  return {
    async start(machineId) {
      if (running.has(machineId))
        throw new AppError("already-exists", "This machine is being recorded already");
      const first = machines.view(machineId);
      const recorder = await Recorder.start(machines.console(machineId), () => machines.view(machineId));
      running.set(machineId, { recorder, first });
      machines.setRecording(machineId, true);
    },
    async stop(machineId) {
      const recording = running.get(machineId);
      if (recording === undefined) throw new AppError("not-found", "This machine is not being recorded");
      running.delete(machineId);
      machines.setRecording(machineId, false);
      await using recorder = recording.recorder;
      const { steps, secrets } = await recorder.stop();
      return recipeText(recording.first, steps, secrets);
    },
    async write(machineId, text, signal) {
      const console = machines.console(machineId);
      const send = (piece: string): Promise<void> => console.write(piece, signal);
      const recorder = running.get(machineId)?.recorder;
      await (recorder === undefined ? send(text) : recorder.typed(text, send));
    },
    async close() {
      await Promise.all([...running.values()].map(({ recorder }) => recorder[Symbol.asyncDispose]()));
      running.clear();
    },
  };
}

const mebi = 1024 * 1024;
const size = (bytes: number): string | number => (bytes % mebi === 0 ? `${bytes / mebi} MiB` : bytes);

/** A recipe that makes the same machine and types the same; the drive holds what it held at first. */
export function recipeText(
  { name, hardware, isoPath, install }: Pick<MachineView, "name" | "hardware" | "isoPath" | "install">,
  steps: readonly unknown[],
  secrets: readonly string[],
): string {
  const { cores, memoryBytes, diskSizeBytes, firmware, diskBus } = hardware;
  const direct =
    install?.mode === "direct"
      ? {
          install: {
            mode: "direct",
            ...(install.kernelPath === null ? {} : { kernel: install.kernelPath }),
            ...(install.initrdPath === null ? {} : { initrd: install.initrdPath }),
            commandLine: literalBraces(install.commandLine),
          },
        }
      : {};
  const document = {
    name: literalBraces(name).slice(0, 80),
    machine: { cores, memory: size(memoryBytes), disk: size(diskSizeBytes), firmware, diskBus },
    ...(isoPath === null ? {} : { iso: isoPath }),
    ...direct,
    ...(secrets.length === 0
      ? {}
      : { variables: Object.fromEntries(secrets.map((secret) => [secret, { secret: true }])) }),
    steps,
  };
  return stringify(document, { lineWidth: 110 });
}

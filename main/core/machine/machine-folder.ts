import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { MachineSockets } from "./qemu-args.ts";

/** Where everything of one machine lies: `<data>/machines/<id>/`. */
export interface MachineFolder {
  readonly path: string;
  readonly record: string;
  /** Layers of the disk; none without checkpoints. */
  readonly checkpoints: string;
  readonly run: string;
  readonly lastRun: string;
  readonly disk: string;
  readonly transcript: string;
  /** stdout and stderr of QEMU. */
  readonly log: string;
  /** QEMU removes it when it ends in good order; with a dead process it tells of a crash or a power cut. */
  readonly pid: string;
  readonly uefiVars: string;
  /** What was taken out of the installer's medium for a direct boot. */
  readonly install: string;
}

export const machinesRoot = (dataDirectory: string): string => join(dataDirectory, "machines");

export function machineFolder(dataDirectory: string, id: string): MachineFolder {
  const path = join(machinesRoot(dataDirectory), id);
  return {
    path,
    record: join(path, "machine.json"),
    checkpoints: join(path, "checkpoints.json"),
    run: join(path, "run.json"),
    lastRun: join(path, "last-run.json"),
    disk: join(path, "disk.qcow2"),
    transcript: join(path, "transcript.log"),
    log: join(path, "qemu.log"),
    pid: join(path, "qemu.pid"),
    uefiVars: join(path, "efivars.fd"),
    install: join(path, "install"),
  };
}

/** The id is a folder's name, so a name from outside must not climb out of the machines' folder. */
export const isMachineId = (id: string): boolean => /^[0-9a-z]{1,32}$/.test(id);

/** `sun_path` of unix(7) holds 108 bytes with the ending zero; the shortest of all systems (macOS) 104. */
const maxSocketPathBytes = process.platform === "darwin" ? 103 : 107;

export function machineSockets(runtimeDirectory: string, id: string): MachineSockets {
  const at = (kind: string): string => join(runtimeDirectory, `${id}.${kind}`);
  const sockets = {
    events: at("evt"),
    control: at("qmp"),
    serial: at("tty"),
    agent: at("qga"),
    display: at("vnc"),
  };
  for (const path of Object.values(sockets)) {
    if (Buffer.byteLength(path) <= maxSocketPathBytes) continue;
    throw new AppError("bad-input", `The folder for sockets has too long a path: ${runtimeDirectory}`, {
      hint: `A socket's path may have ${maxSocketPathBytes} bytes. Set XDG_RUNTIME_DIR to a shorter folder.`,
    });
  }
  return sockets;
}

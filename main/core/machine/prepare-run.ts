import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import type { AcceleratorName } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { transcriptSize } from "#core/console/transcript.ts";
import type { ChainFile } from "#core/layers/disk-chain.ts";
import { freeLoopbackPort } from "./free-port.ts";
import { machineSockets, type MachineFolder } from "./machine-folder.ts";
import type { MachineRecord, RunRecord } from "./machine-record.ts";
import type { MemoryRecord } from "./memory-file.ts";
import { prepareInstall } from "./prepare-install.ts";
import { qemuArgs } from "./qemu-args.ts";

export interface FirmwarePaths {
  readonly uefiCode: string | null;
  readonly uefiVars: string | null;
}

interface PrepareDeps {
  ports: Ports;
  id: string;
  folder: MachineFolder;
  firmware: () => Promise<FirmwarePaths>;
  /** Files that the disk builds on. */
  layers: readonly ChainFile[];
  /** The memory with which the guest goes on; null: it boots. */
  memory: MemoryRecord | null;
  signal: AbortSignal;
}

export const qemuProgram = "qemu-system-x86_64";
const setupHint = "Run `goldsmith setup` to install it.";

/**
 * Looks for everything that a start needs and says what is missing before anything is made. Throws
 * `tool-missing` (QEMU, UEFI firmware), `not-found` or `permission-denied` (ISO).
 */
export async function prepareRun(
  deps: PrepareDeps,
  record: MachineRecord,
  accelerator: AcceleratorName,
): Promise<RunRecord> {
  const { ports, folder } = deps;
  if ((await ports.processes.find(qemuProgram)) === null) {
    throw new AppError("tool-missing", `QEMU (${qemuProgram}) is not installed`, {
      hint: setupHint,
      details: { program: qemuProgram },
    });
  }
  if (record.isoPath !== null) await assertIso(record.isoPath);
  const uefi = record.hardware.firmware === "uefi" ? await uefiFiles(folder, await deps.firmware()) : null;
  const sockets = machineSockets(ports.directories.runtime, deps.id);
  const sshPort = await freeLoopbackPort();
  const { memory } = deps;
  const direct =
    memory === null && record.installing
      ? await prepareInstall({ ports, folder }, record, deps.signal)
      : null;
  const argv = qemuArgs({
    program: qemuProgram,
    name: record.name,
    uuid: record.uuid,
    macAddress: record.macAddress,
    hardware: record.hardware,
    uefi,
    diskPath: folder.disk,
    layers: deps.layers,
    direct,
    resumeAs: memory?.machineType ?? null,
    isoPath: record.isoPath,
    accelerator,
    sshPort,
    pidPath: folder.pid,
    transcriptPath: folder.transcript,
    sockets,
    sandbox: process.platform === "linux",
  });
  return {
    version: 1,
    identity: null,
    starter: await ports.processes.self(),
    argv,
    sockets,
    sshPort,
    accelerator,
    startedAt: ports.clock.nowIso(),
    transcriptStartByte: await transcriptSize(folder.transcript),
    logStartByte: await transcriptSize(folder.log),
    forced: false,
    direct: direct !== null,
    resumes: memory !== null,
  };
}

/** Throws `not-found`, `permission-denied` or `bad-input` with a sentence about the ISO. */
export async function assertIso(path: string): Promise<void> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw new AppError("bad-input", `${path} is not a file`);
    await access(path, constants.R_OK);
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code !== "not-found") throw wrapped;
    throw new AppError("not-found", `The ISO ${path} is not there`, {
      hint: "Put it back where it was, insert another one, or eject it.",
      cause: error,
    });
  }
}

/** The variables are the machine's own (boot entries, time-outs); the code is shared and never written. */
async function uefiFiles(
  folder: MachineFolder,
  { uefiCode, uefiVars }: FirmwarePaths,
): Promise<{ codePath: string; varsPath: string }> {
  if (uefiCode === null || uefiVars === null) {
    throw new AppError("tool-missing", "UEFI firmware (OVMF) is not installed", {
      hint: setupHint,
      details: { program: "OVMF" },
    });
  }
  if (!(await isFile(folder.uefiVars))) await writeFileAtomic(folder.uefiVars, await readFile(uefiVars));
  return { codePath: uefiCode, varsPath: folder.uefiVars };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (file) => file.isFile(),
    () => false,
  );

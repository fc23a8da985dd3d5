import { rm } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import type { ProcessIdentity } from "#ports/processes.ts";
import { logTail } from "./log-tail.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { RunRecord } from "./machine-record.ts";
import type { MachineSockets } from "./qemu-args.ts";
import { qmpCommand } from "./qmp-client.ts";
import { endingError } from "./run-ending.ts";

export interface QemuExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Launched {
  readonly identity: ProcessIdentity;
  /** Resolves when this QEMU ends, if this process lives then. */
  readonly exited: Promise<QemuExit>;
}

/** QEMU answers within a second; a slow or busy computer gets more, a hanging accelerator not for ever. */
const answerTimeoutMs = 30_000;
const retryMs = 20;

/**
 * Spawns QEMU and waits until it answers QMP. Throws `port-in-use` when the SSH port was taken meanwhile,
 * `machine-died` (argv, exitCode, stderr) when it ends at once or never answers, `cancelled`. When it throws, the
 * process is gone.
 */
export async function launchQemu(
  deps: {
    ports: Ports;
    name: string;
    folder: MachineFolder;
    onSpawn: (identity: ProcessIdentity) => Promise<void>;
  },
  run: RunRecord,
  signal?: AbortSignal,
): Promise<Launched> {
  const { ports, folder } = deps;
  await removeRunFiles(run.sockets, folder);
  const exited = Promise.withResolvers<QemuExit>();
  const identity = await ports.processes.spawnDetached(
    run.argv,
    { cwd: folder.path, logPath: folder.log },
    (code, exitSignal) => exited.resolve({ code, signal: exitSignal }),
  );
  try {
    await deps.onSpawn(identity);
    await answered(run, exited.promise, ports, signal);
    return { identity, exited: exited.promise };
  } catch (error) {
    await ports.processes.kill(identity, "SIGKILL");
    const exit = await exited.promise;
    const log = await logTail(folder.log, run.logStartByte);
    await removeRunFiles(run.sockets, folder);
    if (!(error instanceof ExitedAtOnce)) throw error;
    if (/could not set up host forwarding/i.test(log)) {
      throw new AppError("port-in-use", `Port ${run.sshPort} was taken by another program`, { retry: "now" });
    }
    if (/failed to get .*lock/i.test(log)) {
      throw new AppError("image-in-use", `The disk of ${deps.name} is in use by another QEMU`, {
        hint: "End the program that has it open, then start the machine again. It was not touched.",
        retry: "now",
        details: { argv: [...run.argv], exitCode: exit.code, stderr: log },
      });
    }
    const ending = { name: deps.name, argv: run.argv, log, exit, forced: false, pidFileLeft: false };
    throw (
      endingError({ ...ending, shutdownReason: null }) ??
      new AppError("machine-died", `${deps.name} ended as soon as it was started`, { details: { ...ending } })
    );
  }
}

/** What a killed QEMU leaves behind. */
export async function removeRunFiles(sockets: MachineSockets, folder: MachineFolder): Promise<void> {
  for (const path of [...Object.values(sockets), folder.pid]) {
    if (path !== "") await rm(path, { force: true });
  }
}

class ExitedAtOnce extends Error {}

async function answered(
  run: RunRecord,
  exited: Promise<QemuExit>,
  ports: Ports,
  signal?: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
  const asking = ask(run, ports, either);
  try {
    const ended = exited.then(() => {
      throw new ExitedAtOnce();
    });
    await Promise.race([asking, ended]);
  } finally {
    stop.abort();
    await asking.catch(() => {});
  }
}

async function ask(run: RunRecord, { clock }: Ports, signal: AbortSignal): Promise<void> {
  const deadlineMs = clock.nowMs() + answerTimeoutMs;
  for (;;) {
    try {
      await qmpCommand(run.sockets.control, "query-status", {}, { signal });
      return;
    } catch (error) {
      const { code } = AppError.from(error);
      if (code === "cancelled" || code === "protocol" || code === "tool-failed") throw error;
      if (clock.nowMs() >= deadlineMs) {
        throw new AppError(
          "machine-died",
          `QEMU did not answer within ${answerTimeoutMs / 1000} s of its start`,
          {
            hint: "Hardware acceleration may be broken: see `goldsmith doctor`.",
            retry: "now",
            details: { argv: [...run.argv], exitCode: null },
            cause: error,
          },
        );
      }
    }
    await clock.sleep(retryMs, signal);
  }
}

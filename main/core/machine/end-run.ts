import { rm, stat } from "node:fs/promises";
import type { AppError } from "#core/lib/app-error.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Clock } from "#ports/ports.ts";
import type { QemuExit } from "./launch-qemu.ts";
import { removeRunFiles } from "./launch-qemu.ts";
import { logTail } from "./log-tail.ts";
import type { MachineFolder } from "./machine-folder.ts";
import { LastRunSchema, RunRecordSchema, type LastRun, type RunRecord } from "./machine-record.ts";
import { endingError } from "./run-ending.ts";

interface Seen {
  shutdownReason: string | null;
  exit: QemuExit | null;
}

/**
 * Books the end of a run whose process is gone: `last-run.json` first, then `run.json` goes, so that a crash in
 * between only repeats it. `onGoodEnd` is told before that, and again after such a crash. When another copy of the app has booked it already, its verdict is taken.
 */
export async function endRun(
  deps: { clock: Clock; name: string; folder: MachineFolder; onGoodEnd?: () => Promise<void> },
  run: RunRecord,
  seen: Seen,
): Promise<LastRun | null> {
  const { folder } = deps;
  const onDisk = await readJson(folder.run, RunRecordSchema);
  if (onDisk === null || onDisk.startedAt !== run.startedAt)
    return await readJson(folder.lastRun, LastRunSchema);
  const ending = {
    name: deps.name,
    argv: run.argv,
    ...seen,
    forced: onDisk.forced,
    pidFileLeft: await exists(folder.pid),
    log: await logTail(folder.log, run.logStartByte),
  };
  const error = endingError(ending);
  if (error === null && !onDisk.forced) await deps.onGoodEnd?.();
  return await bookEnd(deps, run, error);
}

/** Also for a start that failed: `error` says why. */
export async function bookEnd(
  deps: { clock: Clock; folder: MachineFolder },
  run: RunRecord,
  error: AppError | null,
): Promise<LastRun> {
  const { folder, clock } = deps;
  const lastRun: LastRun = {
    version: 1,
    argv: run.argv,
    accelerator: run.accelerator,
    startedAt: run.startedAt,
    endedAt: clock.nowIso(),
    error: error?.toWire() ?? null,
  };
  await writeJson(folder.lastRun, lastRun);
  await removeRunFiles(run.sockets, folder);
  await rm(folder.run, { force: true });
  return lastRun;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

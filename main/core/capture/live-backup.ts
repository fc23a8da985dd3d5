import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { runQemuImg } from "#core/layers/run-qemu-img.ts";
import { AppError } from "#core/lib/app-error.ts";
import { activeNode, busyInWords } from "#core/machine/live-layer.ts";
import type { QmpExecute } from "#core/machine/qmp-client.ts";
import type { Processes } from "#ports/processes.ts";

/** QMP `query-jobs`. Concluded jobs stay until they are dismissed: nobody need be there at their end. */
const JobsSchema = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    "current-progress": z.number(),
    "total-progress": z.number(),
    error: z.string().optional(),
  }),
);
const NodesSchema = z.array(
  z.object({ "node-name": z.string().optional(), image: z.object({ "virtual-size": z.number() }) }),
);

const lookMs = 100;
/** QEMU ends a job within moments; one that does not is stuck in the host's disk. */
const cancelMs = 10_000;

/** A backup inside QEMU, known by one name as job and as block node. */
export interface Backup {
  readonly execute: QmpExecute;
  readonly name: string;
  readonly targetPath: string;
}

/** Bytes of the disk that the guest sees now. */
export async function liveDiskBytes(execute: QmpExecute): Promise<number> {
  const node = await activeNode(execute);
  const nodes = NodesSchema.parse(await execute("query-named-block-nodes", { flat: true }));
  const found = nodes.find((one) => one["node-name"] === node);
  if (found === undefined) throw new AppError("protocol", "QEMU does not tell the size of its disk");
  return found.image["virtual-size"];
}

/** Makes the target and hands it to QEMU; nothing of the guest is touched. */
export async function prepareBackup(
  { execute, name, targetPath }: Backup,
  processes: Processes,
  virtualBytes: number,
): Promise<void> {
  await rm(targetPath, { force: true });
  await runQemuImg(processes, ["create", "-q", "-f", "qcow2", targetPath, String(virtualBytes)]);
  const file = { driver: "file", filename: targetPath };
  await execute("blockdev-add", { driver: "qcow2", "node-name": name, file });
}

/**
 * From this moment the target becomes what the disk is now. A target that fills up ends the backup, and the guest does
 * not hear of it.
 */
export async function startBackup({ execute, name }: Backup): Promise<void> {
  await execute("blockdev-backup", {
    "job-id": name,
    device: await activeNode(execute),
    target: name,
    sync: "full",
    "on-target-error": "report",
    "auto-dismiss": false,
  }).catch((error: unknown) => {
    throw busyInWords(error);
  });
}

export async function isUnderWay(backup: Backup): Promise<boolean> {
  return (await find(backup)) !== undefined;
}

/** Resolves when the target is whole and QEMU has let go of it. Throws `disk-full`, `tool-failed`, `cancelled`. */
export async function followBackup(
  backup: Backup,
  options: { signal: AbortSignal; onProgress: (doneBytes: number, totalBytes: number) => void },
): Promise<void> {
  for (;;) {
    if (options.signal.aborted) throw new AppError("cancelled", "Cancelled");
    const job = await find(backup);
    if (job === undefined) throw new AppError("tool-failed", "QEMU has lost the backup", { retry: "now" });
    options.onProgress(job["current-progress"], job["total-progress"]);
    if (job.status === "concluded") {
      await letGo(backup);
      if (job.error === undefined) return;
      throw /no space left/i.test(job.error)
        ? new AppError("disk-full", "There is no room for the captured disk", { retry: "now" })
        : new AppError("tool-failed", `The disk could not be captured: ${job.error}`, { retry: "now" });
    }
    await sleep(lookMs);
  }
}

/** Ends a backup wherever it is and removes its target. Does nothing where there is none. */
export async function dropBackup(backup: Backup): Promise<void> {
  const deadlineMs = performance.now() + cancelMs;
  for (let job = await find(backup); job !== undefined; job = await find(backup)) {
    if (job.status === "concluded") break;
    await backup.execute("job-cancel", { id: backup.name }).catch(() => {}); // it is ending
    if (performance.now() > deadlineMs) throw new AppError("timeout", "QEMU does not end the backup");
    await sleep(lookMs);
  }
  await letGo(backup);
  await rm(backup.targetPath, { force: true });
}

async function letGo({ execute, name }: Backup): Promise<void> {
  await execute("job-dismiss", { id: name }).catch(() => {}); // it has not begun
  await execute("blockdev-del", { "node-name": name }).catch(() => {}); // it was not added
}

async function find({ execute, name }: Backup) {
  return JobsSchema.parse(await execute("query-jobs")).find(({ id }) => id === name);
}

import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DisplayNameSchema } from "#contract/machine.ts";
import { compactImage } from "#core/compact/compact-image.ts";
import { defineJob, type JobContext, type JobDefinition } from "#core/job/job-context.ts";
import { AppError } from "#core/lib/app-error.ts";
import { hashFile } from "#core/library/hash-file.ts";
import type { Images } from "#core/library/images.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Ports } from "#ports/ports.ts";
import {
  dropBackup,
  followBackup,
  isUnderWay,
  liveDiskBytes,
  prepareBackup,
  startBackup,
  type Backup,
} from "./live-backup.ts";

const InputSchema = z.object({ machineId: z.string(), name: DisplayNameSchema });
const OutputSchema = z.object({ imageId: z.string() });
const PlanSchema = z.object({
  imageId: z.string(),
  virtualBytes: z.number(),
  machineName: z.string(),
  sourcePath: z.string(),
});
/** `capturedAt`: the moment that the image shows. `frozen`: its filesystems stood still then. */
const BackupSchema = z.object({ sourceBytes: z.number(), capturedAt: z.iso.datetime(), frozen: z.boolean() });
const CompactedSchema = z.object({
  fileBytes: z.number(),
  elapsedMs: z.number(),
  checkedAt: z.iso.datetime(),
});
/** Journalled before the moment comes, so that an attempt after a crash knows whose backup it finds. */
const BegunSchema = z.object({ runStartedAt: z.string(), capturedAt: z.iso.datetime(), frozen: z.boolean() });

const steps = [
  { name: "plan", title: "Look at the disk" },
  { name: "backup", title: "Copy the running disk" },
  { name: "convert", title: "Compress, check and compare" },
  { name: "hash", title: "Checksum" },
  { name: "keep", title: "Put into the library" },
] as const;

export type CaptureJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

/** The running machine's disk as an image of the library. The guest does not stop for it. */
export function createCaptureJob(deps: {
  ports: Ports;
  images: Images;
  machines: Pick<Machines, "view" | "guest" | "whileFrozen">;
}): CaptureJob {
  const { ports, images, machines } = deps;

  const backupOf = (context: JobContext, machineId: string): Backup => ({
    execute: (command, given) => machines.guest(machineId).execute(command, given),
    name: `capture-${context.jobId}`,
    targetPath: join(context.folder, "disk.qcow2"),
  });

  /** Begins at one moment, which is noted; a backup that was begun before a crash is followed. */
  async function begin(context: JobContext, machineId: string, virtualBytes: number) {
    const backup = backupOf(context, machineId);
    const { startedAt } = machines.guest(machineId).run;
    const begun = context.recall("begun", BegunSchema);
    if (begun?.runStartedAt === startedAt && (await isUnderWay(backup))) return begun;
    await dropBackup(backup);
    await prepareBackup(backup, ports.processes, virtualBytes);
    const moment = { runStartedAt: startedAt, capturedAt: ports.clock.nowIso() };
    await context.note("begun", { ...moment, frozen: false });
    const { frozen } = await machines.whileFrozen(machineId, () => startBackup(backup));
    if (frozen) await context.note("begun", { ...moment, frozen });
    return { ...moment, frozen };
  }

  return defineJob({
    kind: "capture",
    input: InputSchema,
    output: OutputSchema,
    steps,
    afterCrash: "resume",
    title: ({ machineId, name }) => `Capture ${name} from ${machines.view(machineId).name}`,
    subject: ({ machineId }) => ({ machineId }),
    async run(context, { machineId, name }) {
      const plan = await context.step("plan", PlanSchema, async () => ({
        imageId: newId(),
        virtualBytes: await liveDiskBytes(machines.guest(machineId).execute),
        machineName: machines.view(machineId).name,
        sourcePath: machines.view(machineId).diskPath,
      }));
      const { imageId, virtualBytes, machineName, sourcePath } = plan;
      const backup = backupOf(context, machineId);

      // A retry goes on with the moment that was caught: the guest has left it long ago.
      const caught = { undoes: "backup", keepForRetry: true };
      context.defer("ending the backup", () => dropWherever(backup), caught);
      const captured = await context.step("backup", BackupSchema, async (reporter, signal) => {
        const { capturedAt, frozen } = await begin(context, machineId, virtualBytes);
        reporter.message(frozen ? "Filesystems were frozen for a moment" : "As after a power cut");
        await followBackup(backup, { signal, onProgress: reporter.progress });
        return { sourceBytes: (await stat(backup.targetPath)).size, capturedAt, frozen };
      });

      context.defer(
        "removing the unfinished image",
        () => rm(images.folder(imageId), { recursive: true, force: true }),
        { undoes: "convert" },
      );
      const compacted = await context.step("convert", CompactedSchema, async (reporter, signal) => {
        const target = join(await images.createFolder(imageId), "disk.qcow2");
        const source = { path: backup.targetPath, format: "qcow2", virtualBytes } as const;
        const onProgress = (done: { doneBytes: number; totalBytes: number }): void =>
          reporter.progress(done.doneBytes, done.totalBytes);
        const result = await compactImage(source, target, { ports }, { signal, onProgress });
        return { ...result, checkedAt: ports.clock.nowIso() };
      });
      const path = join(images.folder(imageId), "disk.qcow2");
      const { sha256 } = await context.step(
        "hash",
        z.object({ sha256: z.string() }),
        async (reporter, signal) => ({ sha256: await hashFile(path, signal, reporter.progress) }),
      );
      return await context.step("keep", OutputSchema, async () => {
        const { capturedAt, frozen, sourceBytes } = captured;
        const how = frozen ? "with its filesystems frozen" : "as a power cut would have left it";
        await images.add({
          id: imageId,
          name,
          notes: `Captured from ${machineName} while it ran, ${how}.`,
          tags: [],
          createdAt: capturedAt,
          path,
          format: "qcow2",
          archive: null,
          fileBytes: compacted.fileBytes,
          virtualBytes,
          sha256,
          origin: { machineId, sourcePath, sourceBytes },
          proof: {
            checkedAt: compacted.checkedAt,
            method: "qemu-img check; qemu-img compare with the captured disk",
            elapsedMs: compacted.elapsedMs,
          },
        });
        await rm(backup.targetPath, { force: true });
        return { imageId };
      });
    },
  });
}

/** When the machine is off by now, QEMU has let go by itself. */
async function dropWherever(backup: Backup): Promise<void> {
  await dropBackup(backup).catch(async (error: unknown) => {
    if (AppError.from(error).code !== "machine-not-running") throw error;
    await rm(backup.targetPath, { force: true });
  });
}

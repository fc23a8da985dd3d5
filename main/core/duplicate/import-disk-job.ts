import { basename } from "node:path";
import { z } from "zod";
import { DisplayNameSchema, HardwareChangeSchema, HardwareSchema } from "#contract/machine.ts";
import { identifyFile } from "#core/image/identify-file.ts";
import { blockNode } from "#core/image/source/block-node.ts";
import { assertNotWritten } from "#core/image/source/write-lock.ts";
import { defineJob, type JobDefinition } from "#core/job/job-context.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";

const InputSchema = z.object({
  path: z.string().min(1),
  name: DisplayNameSchema,
  linked: z.boolean(),
  hardware: HardwareChangeSchema,
});
const OutputSchema = z.object({ machineId: z.string() });
const LookedSchema = z.object({
  machineId: z.string(),
  path: z.string(),
  format: z.enum(["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi"]),
  virtualBytes: z.number(),
});

/** The smallest disk that a machine can have; any file at all reads as a raw one. */
const smallestDiskBytes = HardwareSchema.shape.diskSizeBytes.unwrap().minValue ?? 0;

const steps = [
  { name: "look", title: "Read the file's header" },
  { name: "copy", title: "Take in the disk" },
] as const;

export type ImportDiskJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

/** A machine from a disk that exists. The format is told by the content; what names other files is refused. */
export function createImportDiskJob({ machines }: { machines: Pick<Machines, "importDisk"> }): ImportDiskJob {
  return defineJob({
    kind: "import-disk",
    input: InputSchema,
    output: OutputSchema,
    steps,
    afterCrash: "resume",
    title: ({ path, name }) => `Import ${basename(path)} as ${name}`,
    subject: () => ({}),
    async run(context, input) {
      const looked = await context.step("look", LookedSchema, async () => {
        const { path, format, virtualBytes } = await identifyFile(input.path);
        if (format === "iso9660") {
          throw new AppError("bad-input", `${basename(path)} is an installer ISO, not a disk`, {
            hint: "Make a machine from it instead.",
          });
        }
        if (virtualBytes < smallestDiskBytes) {
          throw new AppError("bad-input", `${basename(path)} is too small to be a disk`, {
            hint: "Choose a disk image: raw, qcow2, VMDK, VHD, VHDX or VDI.",
            details: { virtualBytes },
          });
        }
        await assertNotWritten(path);
        return { machineId: newId(), path, format, virtualBytes };
      });
      return await context.step("copy", OutputSchema, async (reporter, signal) => {
        const { machineId, ...disk } = looked;
        await assertNotWritten(disk.path);
        const sectors = Math.ceil(disk.virtualBytes / 512) * 512;
        const diskSizeBytes = Math.max(sectors, input.hardware.diskSizeBytes ?? 0);
        await machines.importDisk(
          { ...disk, node: blockNode(disk.path, disk.format) },
          { id: machineId, name: input.name },
          HardwareSchema.parse({ ...input.hardware, diskSizeBytes }),
          { linked: input.linked, signal, onProgress: reporter.progress },
        );
        return { machineId };
      });
    },
  });
}

import { basename } from "node:path";
import { z } from "zod";
import { DisplayNameSchema, HardwareChangeSchema, HardwareSchema } from "#contract/machine.ts";
import { openImage, type OpenedImage } from "#core/image/open-image.ts";
import { blockNode } from "#core/image/source/block-node.ts";
import { assertNotWritten } from "#core/image/source/write-lock.ts";
import { defineJob, type JobDefinition, type StepReporter } from "#core/job/job-context.ts";
import { tellUnpacking } from "#core/job/tell-unpacking.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Ports } from "#ports/ports.ts";

const InputSchema = z.object({
  path: z.string().min(1),
  name: DisplayNameSchema,
  linked: z.boolean(),
  hardware: HardwareChangeSchema,
});
const OutputSchema = z.object({ machineId: z.string() });
const LookedSchema = z.object({ machineId: z.string() });
const DiskFormatSchema = z.enum(["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi"]);

/** The smallest disk that a machine can have; any file at all reads as a raw one. */
const smallestDiskBytes = HardwareSchema.shape.diskSizeBytes.unwrap().minValue ?? 0;

const steps = [
  { name: "look", title: "Read the file's header" },
  { name: "copy", title: "Take in the disk" },
] as const;

export type ImportDiskJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

/**
 * A machine from a disk that exists, also one that is packed. The format is told by the content; what names other files
 * is refused.
 */
export function createImportDiskJob(deps: {
  ports: Pick<Ports, "directories">;
  machines: Pick<Machines, "importDisk">;
}): ImportDiskJob {
  /** What is packed is unpacked into the cache, where a later step finds it. */
  const open = (path: string, reporter: StepReporter, signal: AbortSignal): Promise<OpenedImage> =>
    openImage(path, deps, { signal, onProgress: tellUnpacking(reporter) });

  return defineJob({
    kind: "import-disk",
    input: InputSchema,
    output: OutputSchema,
    steps,
    afterCrash: "resume",
    title: ({ path, name }) => `Import ${basename(path)} as ${name}`,
    subject: () => ({}),
    async run(context, input) {
      const { machineId } = await context.step("look", LookedSchema, async (reporter, signal) => {
        await using opened = await open(input.path, reporter, signal);
        await assertDisk(opened, input);
        return { machineId: newId() };
      });
      return await context.step("copy", OutputSchema, async (reporter, signal) => {
        await using opened = await open(input.path, reporter, signal);
        const disk = await assertDisk(opened, input);
        reporter.message("");
        const sectors = Math.ceil(disk.virtualBytes / 512) * 512;
        const diskSizeBytes = Math.max(sectors, input.hardware.diskSizeBytes ?? 0);
        await deps.machines.importDisk(
          disk,
          { id: machineId, name: input.name },
          HardwareSchema.parse({ ...input.hardware, diskSizeBytes }),
          { linked: input.linked, signal, onProgress: reporter.progress },
        );
        return { machineId };
      });
    },
  });
}

/** Throws `bad-input` for what is no disk, and `image-in-use`. */
async function assertDisk(
  { image, archive }: OpenedImage,
  { path: given, linked }: z.infer<typeof InputSchema>,
) {
  const { path, virtualBytes } = image;
  const format = DiskFormatSchema.safeParse(image.format);
  if (!format.success) {
    throw new AppError("bad-input", `${basename(given)} is an installer ISO, not a disk`, {
      hint: "Make a machine from it instead.",
    });
  }
  if (virtualBytes < smallestDiskBytes) {
    throw new AppError("bad-input", `${basename(given)} is too small to be a disk`, {
      hint: "Choose a disk image: raw, qcow2, VMDK, VHD, VHDX or VDI.",
      details: { virtualBytes },
    });
  }
  if (linked && archive !== null) {
    throw new AppError(
      "bad-input",
      `${basename(given)} is packed (${archive}): nothing can be built upon it`,
      {
        hint: "Let it be copied instead, or unpack it first.",
      },
    );
  }
  await assertNotWritten(path);
  return { path, format: format.data, virtualBytes, node: blockNode(path, format.data) };
}

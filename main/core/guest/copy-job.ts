import { isAbsolute } from "node:path";
import { z } from "zod";
import { defineJob, type JobDefinition } from "#core/job/job-context.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { GuestAccess } from "./guest-access.ts";

const InputSchema = z.discriminatedUnion("direction", [
  z.object({
    direction: z.literal("upload"),
    machineId: z.string(),
    paths: z.array(z.string()),
    folder: z.string(),
  }),
  z.object({
    direction: z.literal("download"),
    machineId: z.string(),
    path: z.string(),
    toFolder: z.string(),
  }),
]);
const OutputSchema = z.object({ files: z.number(), bytes: z.number() });

/** Copies into or out of a guest. A retry goes on where a copy broke; files that are there and equal are left. */
export function createGuestCopyJob(deps: {
  machines: Pick<Machines, "view">;
  guest: GuestAccess;
}): JobDefinition<typeof InputSchema, typeof OutputSchema> {
  return defineJob({
    kind: "guest-copy",
    input: InputSchema,
    output: OutputSchema,
    steps: [{ name: "copy", title: "Copy and compare checksums" }],
    afterCrash: "ask",
    title: ({ direction, machineId }) =>
      `Copy ${direction === "upload" ? "into" : "out of"} ${deps.machines.view(machineId).name}`,
    subject: ({ machineId }) => ({ machineId }),
    run: (context, input) =>
      context.step("copy", OutputSchema, ({ progress, message }) => {
        const options = { signal: context.signal, onProgress: progress, onMessage: message };
        const { guest } = deps;
        const local = input.direction === "upload" ? input.paths : [input.toFolder];
        const odd = local.find((path) => !isAbsolute(path));
        if (odd !== undefined) throw new AppError("bad-input", `${odd} is not an absolute path`);
        return input.direction === "upload"
          ? guest.upload(input.machineId, input.paths, input.folder, options)
          : guest.download(input.machineId, input.path, input.toFolder, options);
      }),
  });
}

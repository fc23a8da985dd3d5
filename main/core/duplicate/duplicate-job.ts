import { z } from "zod";
import { DisplayNameSchema } from "#contract/machine.ts";
import { defineJob, type JobDefinition } from "#core/job/job-context.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";

const InputSchema = z.object({ machineId: z.string(), name: DisplayNameSchema, linked: z.boolean() });
const OutputSchema = z.object({ machineId: z.string() });
const PlanSchema = z.object({ machineId: z.string(), checkpointId: z.string() });

const plan = { name: "plan", title: "Look at the machine" };
const copy = { name: "copy", title: "Copy the disk" };
const cut = { name: "cut", title: "Keep the state to build on" };
const branch = { name: "branch", title: "Make the new machine" };

export type DuplicateJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

/** A copy with its own identity. A linked one needs a state that stays as it is: a checkpoint is made for it. */
export function createDuplicateJob({
  machines,
}: {
  machines: Pick<Machines, "view" | "createCheckpoint" | "branch" | "copy">;
}): DuplicateJob {
  return defineJob({
    kind: "duplicate",
    input: InputSchema,
    output: OutputSchema,
    steps: ({ linked }) => (linked ? [plan, cut, branch] : [plan, copy]),
    afterCrash: "resume",
    title: ({ machineId, name }) => `Duplicate ${machines.view(machineId).name} as ${name}`,
    subject: ({ machineId }) => ({ machineId }),
    async run(context, { machineId: source, name, linked }) {
      const { machineId, checkpointId } = await context.step(plan.name, PlanSchema, () =>
        Promise.resolve({ machineId: newId(), checkpointId: newId() }),
      );
      const identity = { id: machineId, name };
      if (!linked) {
        return await context.step(copy.name, OutputSchema, async (reporter, signal) => {
          await machines.copy(source, identity, { signal, onProgress: reporter.progress });
          return { machineId };
        });
      }
      await context.step(cut.name, z.object({}), async (_, signal) => {
        const note = `Made for ${name}, which builds on it.`;
        const wanted = { id: checkpointId, name: `Base of ${name}`.slice(0, 80), note };
        await machines.createCheckpoint(source, { ...wanted, stage: null, withMemory: false }, { signal });
        return {};
      });
      return await context.step(branch.name, OutputSchema, async () => {
        await machines.branch(source, checkpointId, identity);
        return { machineId };
      });
    },
  });
}

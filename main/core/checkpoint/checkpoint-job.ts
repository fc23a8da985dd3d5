import { z } from "zod";
import { DisplayNameSchema, NotesSchema } from "#contract/machine.ts";
import { defineJob, type JobContext, type JobDefinition } from "#core/job/job-context.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";

const machineId = z.string();
const checkpointId = z.string();

const InputSchema = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("create"),
    machineId,
    name: DisplayNameSchema,
    note: NotesSchema,
    withMemory: z.boolean(),
  }),
  z.object({ op: z.literal("restore"), machineId, checkpointId }),
  z.object({ op: z.literal("branch"), machineId, checkpointId, name: DisplayNameSchema }),
  z.object({ op: z.literal("delete"), machineId, checkpointId }),
  z.object({ op: z.literal("suspend"), machineId }),
]);
type Input = z.infer<typeof InputSchema>;

/** What was made, or gone back to; the machine is a new one after a branch. */
const OutputSchema = z.object({ machineId: z.string(), checkpointId: z.string().nullable() });

const step = "work";
const stepTitles: Record<Input["op"], string> = {
  create: "Keep the state",
  restore: "Return to the state",
  branch: "Make the new machine",
  delete: "Move its data into what builds on it",
  suspend: "Write the memory to disk",
};

export type CheckpointJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

/** One step each: the machine room knows whether it is done, half done or not begun. */
export function createCheckpointJob({
  machines,
}: {
  machines: Pick<
    Machines,
    "view" | "createCheckpoint" | "restoreCheckpoint" | "deleteCheckpoint" | "branch" | "suspend"
  >;
}): CheckpointJob {
  const nameOf = (input: { machineId: string; checkpointId: string }): string =>
    machines.view(input.machineId).checkpoints.find(({ id }) => id === input.checkpointId)?.name ??
    input.checkpointId;

  function title(input: Input): string {
    const { name } = machines.view(input.machineId);
    switch (input.op) {
      case "create":
        return `Checkpoint ${input.name} of ${name}`;
      case "restore":
        return `Return ${name} to ${nameOf(input)}`;
      case "branch":
        return `Branch ${input.name} off ${nameOf(input)}`;
      case "delete":
        return `Delete checkpoint ${nameOf(input)} of ${name}`;
      case "suspend":
        return `Suspend ${name}`;
    }
  }

  return defineJob({
    kind: "checkpoint",
    input: InputSchema,
    output: OutputSchema,
    steps: ({ op }) => [{ name: step, title: stepTitles[op] }],
    afterCrash: "resume",
    title,
    subject: ({ machineId: id }) => ({ machineId: id }),
    async run(context, input) {
      const id = await chosenId(context);
      return await context.step(step, OutputSchema, async (reporter, signal) => {
        const options = { signal, onProgress: reporter.progress };
        const output = { machineId: input.machineId, checkpointId: null };
        switch (input.op) {
          case "create": {
            const { name, note, withMemory } = input;
            const wanted = { id, name, note, stage: null, withMemory };
            await machines.createCheckpoint(input.machineId, wanted, options);
            return { ...output, checkpointId: id };
          }
          case "restore":
            await machines.restoreCheckpoint(input.machineId, input.checkpointId, context.jobId);
            return { ...output, checkpointId: input.checkpointId };
          case "branch":
            await machines.branch(input.machineId, input.checkpointId, { id, name: input.name });
            return { machineId: id, checkpointId: input.checkpointId };
          case "delete": {
            const isThere = machines
              .view(input.machineId)
              .checkpoints.some((one) => one.id === input.checkpointId);
            if (!isThere && context.recall("deleting", z.string()) !== null) return output; // done before a crash
            await context.note("deleting", input.checkpointId);
            await machines.deleteCheckpoint(input.machineId, input.checkpointId, options);
            return output;
          }
          case "suspend":
            await machines.suspend(input.machineId, options);
            return output;
        }
      });
    },
  });
}

/** The id of what will be made, journalled before it is. */
async function chosenId(context: JobContext): Promise<string> {
  const known = context.recall("id", z.string());
  if (known !== null) return known;
  const id = newId();
  await context.note("id", id);
  return id;
}

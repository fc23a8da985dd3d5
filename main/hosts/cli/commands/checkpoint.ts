import type { Checkpoint } from "#contract/checkpoint.ts";
import type { MachineView } from "#contract/machine.ts";
import {
  defineCommand,
  flag,
  textOption,
  UsageError,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJob } from "../follow-job.ts";
import { formatBytes, formatTime } from "../terminal/format.ts";
import { table } from "../terminal/table.ts";
import { findMachine, mustConfirm } from "./machine.ts";

const machineOnly = [{ name: "MACHINE", required: true, many: false }] as const;
const both = [...machineOnly, { name: "CHECKPOINT", required: true, many: false }] as const;

const list = defineCommand({
  words: ["checkpoint", "list"],
  summary: "List the checkpoints of a machine",
  positionals: machineOnly,
  options: {},
  examples: ["goldsmith checkpoint list web", "goldsmith checkpoint list web --json | jq '.[].name'"],
  async run(context) {
    const machine = findMachine(await context.session(), word(context, 0));
    const { checkpoints, currentCheckpointId } = machine;
    if (context.json) context.printJson(checkpoints);
    else if (checkpoints.length === 0)
      context.out.line(`No checkpoints yet. goldsmith checkpoint create ${machine.name} NAME makes one.`);
    else {
      const rows = checkpoints.map((one) => [
        one.name,
        formatTime(one.createdAt),
        formatBytes(one.diskBytes + one.memoryBytes),
        [one.withMemory ? "with memory" : "", one.id === currentCheckpointId ? "you are here" : ""]
          .filter(Boolean)
          .join(", "),
        one.id,
      ]);
      for (const line of table(["NAME", "MADE", "SIZE", "", "ID"], rows, context.out.columns))
        context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const create = defineCommand({
  words: ["checkpoint", "create"],
  summary: "Keep the state of a machine, to return to it",
  details: "Of a running machine the disk is kept as after a power cut; --memory keeps its memory as well.",
  positionals: [...machineOnly, { name: "NAME", required: true, many: false }],
  options: {
    memory: { type: "boolean", help: "Keep the memory of a running machine too" },
    note: { type: "string", value: "TEXT", help: "What it is for" },
  },
  examples: [
    "goldsmith checkpoint create web before-update",
    "goldsmith checkpoint create web here --memory",
  ],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, word(context, 0));
    const note = textOption(context, "note") ?? "";
    const input = {
      machineId: machine.id,
      name: word(context, 1),
      note,
      withMemory: flag(context, "memory"),
    };
    const { jobId } = await session.client.call("checkpoints.create", input, context.signal);
    return done(context, session, jobId, machine.id, `${machine.name} can return to ${word(context, 1)}.`);
  },
});

const restore = defineCommand({
  words: ["checkpoint", "restore"],
  summary: "Return a machine to a checkpoint",
  details: "What has changed on its disk since its last checkpoint is lost. It must be off.",
  positionals: both,
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith checkpoint restore web before-update"],
  async run(context) {
    const { session, machine, checkpoint } = await named(context);
    await mustConfirm(context, `Return ${machine.name} to ${checkpoint.name}? Later changes are lost.`);
    const ref = { machineId: machine.id, checkpointId: checkpoint.id };
    const { jobId } = await session.client.call("checkpoints.restore", ref, context.signal);
    return done(context, session, jobId, machine.id, `${machine.name} is back at ${checkpoint.name}.`);
  },
});

const branch = defineCommand({
  words: ["checkpoint", "branch"],
  summary: "Make a machine that goes on from a checkpoint",
  positionals: [...both, { name: "NAME", required: true, many: false }],
  options: {},
  examples: ["goldsmith checkpoint branch web before-update web-experiment"],
  async run(context) {
    const { session, machine, checkpoint } = await named(context);
    const name = word(context, 2);
    const input = { machineId: machine.id, checkpointId: checkpoint.id, name };
    const { jobId } = await session.client.call("checkpoints.branch", input, context.signal);
    return done(context, session, jobId, null, `${name} goes on from ${checkpoint.name}.`);
  },
});

const remove = defineCommand({
  words: ["checkpoint", "delete"],
  summary: "Delete a checkpoint; what builds on it stays",
  positionals: both,
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith checkpoint delete web before-update"],
  async run(context) {
    const { session, machine, checkpoint } = await named(context);
    await mustConfirm(context, `Delete checkpoint ${checkpoint.name} of ${machine.name}?`);
    const ref = { machineId: machine.id, checkpointId: checkpoint.id };
    const { jobId } = await session.client.call("checkpoints.delete", ref, context.signal);
    return done(context, session, jobId, machine.id, `Deleted ${checkpoint.name}.`);
  },
});

export const checkpointCommands: readonly CommandSpec[] = [list, create, restore, branch, remove];

/** The positional; the parser has made sure that it is there. */
function word(context: CommandContext, index: number): string {
  const found = context.positionals[index];
  if (found === undefined) throw new UsageError("An argument is missing");
  return found;
}

async function named(
  context: CommandContext,
): Promise<{ session: Session; machine: MachineView; checkpoint: Checkpoint }> {
  const session = await context.session();
  const machine = findMachine(session, word(context, 0));
  const checkpoint = findByName("checkpoint", word(context, 1), machine.checkpoints);
  return { session, machine, checkpoint };
}

async function done(
  context: CommandContext,
  session: Session,
  jobId: string,
  machineId: string | null,
  words: string,
) {
  const job = await followJob(context, session, jobId);
  if (context.json)
    context.printJson({ job, machine: machineId === null ? null : findMachine(session, machineId) });
  else context.out.line(words);
  return exitCodes.ok;
}

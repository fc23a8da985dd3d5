import { resolve } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  UsageError,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { followJob } from "../follow-job.ts";
import { labelOptions, labelOptionsGiven } from "../labels.ts";
import { sizeOption, wholeOption } from "./machine-create.ts";
import { findMachine, mustConfirm } from "./machine.ts";

const name = [{ name: "NAME", required: true, many: false }] as const;
const twoNames = [...name, { name: "NEW", required: true, many: false }] as const;

const suspend = defineCommand({
  words: ["machine", "suspend"],
  summary: "Put a running machine's memory on disk; the next start goes on where it was",
  positionals: name,
  options: {},
  examples: ["goldsmith machine suspend web"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const { jobId } = await session.client.call(
      "machines.suspend",
      { machineId: machine.id },
      context.signal,
    );
    return follow(context, session, jobId, `${machine.name} is suspended. Start it to go on.`);
  },
});

const discardMemory = defineCommand({
  words: ["machine", "discard-memory"],
  summary: "Throw the memory of a suspended machine away; the next start boots",
  details:
    "What ran in the guest is lost, and its disk is as after a power cut. A checkpoint keeps its own memory.",
  positionals: name,
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith machine discard-memory web"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    if (!machine.suspended) throw new AppError("bad-input", `${machine.name} is not suspended`);
    await mustConfirm(context, `Throw the memory of ${machine.name} away, with all that ran in it?`);
    await session.client.call("machines.discardMemory", { machineId: machine.id }, context.signal);
    if (context.json) context.printJson(findMachine(session, machine.id));
    else context.out.line(`${machine.name} is off. The next start boots.`);
    return exitCodes.ok;
  },
});

const capture = defineCommand({
  words: ["machine", "capture"],
  summary: "Make an image of a running machine's disk without stopping it",
  details:
    "With a guest agent the filesystems are held still for a moment, so that the copy is clean; without one it is as " +
    "after a power cut.",
  positionals: twoNames,
  options: {},
  examples: ["goldsmith machine capture web web-2026-11"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const input = { machineId: machine.id, name: second(context) };
    const { jobId } = await session.client.call("machines.capture", input, context.signal);
    return follow(context, session, jobId, `${input.name} is in the library.`);
  },
});

const duplicate = defineCommand({
  words: ["machine", "duplicate"],
  summary: "Make a second machine from one that is off, with an identity of its own",
  positionals: twoNames,
  options: { linked: { type: "boolean", help: "Share the disk as it is now instead of copying it" } },
  examples: ["goldsmith machine duplicate web web2", "goldsmith machine duplicate web web3 --linked"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const input = { machineId: machine.id, name: second(context), linked: flag(context, "linked") };
    const { jobId } = await session.client.call("machines.duplicate", input, context.signal);
    return follow(context, session, jobId, `${input.name} is a machine of its own.`);
  },
});

const importDisk = defineCommand({
  words: ["machine", "import"],
  summary: "Make a machine from an existing disk, which is never changed",
  positionals: [
    { name: "FILE", required: true, many: false },
    { name: "NAME", required: true, many: false },
  ],
  options: { linked: { type: "boolean", help: "Build upon the file instead of copying it" } },
  examples: ["goldsmith machine import debian-12-genericcloud-amd64.qcow2 debian"],
  async run(context) {
    const session = await context.session();
    const input = {
      path: resolve(firstPositional(context)),
      name: second(context),
      linked: flag(context, "linked"),
    };
    const { jobId } = await session.client.call("machines.importDisk", input, context.signal);
    return follow(context, session, jobId, `${input.name} is ready. goldsmith machine start ${input.name}`);
  },
});

const change = defineCommand({
  words: ["machine", "change"],
  summary: "Change a machine's name, notes, tags or hardware",
  details: "Hardware can be changed while it is off; a disk only grows.",
  positionals: name,
  options: {
    ...labelOptions,
    cores: { type: "string", value: "N", help: "Processor cores" },
    memory: { type: "string", value: "SIZE", help: "Memory, such as 2G" },
    disk: { type: "string", value: "SIZE", help: "Size of the disk; it can only grow" },
  },
  examples: [
    "goldsmith machine change web --memory 4G --disk 40G",
    "goldsmith machine change web --tags a,b",
  ],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const cores = wholeOption(context, "cores");
    const [memoryBytes, diskSizeBytes] = [sizeOption(context, "memory"), sizeOption(context, "disk")];
    const hardware = {
      ...(cores === undefined ? {} : { cores }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(diskSizeBytes === undefined ? {} : { diskSizeBytes }),
    };
    const changes = {
      ...labelOptionsGiven(context),
      ...(Object.keys(hardware).length === 0 ? {} : { hardware }),
    };
    if (Object.keys(changes).length === 0) throw new UsageError("Nothing to change was given");
    await session.client.call("machines.change", { machineId: machine.id, ...changes }, context.signal);
    const changed = findMachine(session, machine.id);
    if (context.json) context.printJson(changed);
    else context.out.line(`Changed ${changed.name}.`);
    return exitCodes.ok;
  },
});

export const machineCopyCommands: readonly CommandSpec[] = [
  importDisk,
  duplicate,
  suspend,
  discardMemory,
  capture,
  change,
];

function second(context: CommandContext): string {
  const found = context.positionals[1];
  if (found === undefined) throw new UsageError("An argument is missing");
  return found;
}

async function follow(
  context: CommandContext,
  session: Session,
  jobId: string,
  words: string,
): Promise<ExitCode> {
  const job = await followJob(context, session, jobId);
  if (context.json) context.printJson({ job });
  else context.out.line(words);
  return exitCodes.ok;
}

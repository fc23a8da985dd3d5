import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { labelRows } from "../labels.ts";
import { formatBytes, formatTime } from "../terminal/format.ts";
import { bold, dim, green, red } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { attachConsole } from "./console.ts";

/** A guest that wants to shut down needs seconds; one that has not heard the button needs a person. */
const shutdownLimitMs = 120_000;
const name = [{ name: "NAME", required: true, many: false }] as const;

export const findMachine = (session: Session, word: string): MachineView =>
  findByName("machine", word, Object.values(session.state.machines));

const list = defineCommand({
  words: ["machine", "list"],
  summary: "List the machines",
  positionals: [],
  options: {},
  examples: ["goldsmith machine list", "goldsmith machine list --json | jq '.[].name'"],
  async run(context) {
    const { state } = await context.session();
    const machines = Object.values(state.machines).sort((a, b) => a.name.localeCompare(b.name));
    if (context.json) context.printJson(machines);
    else if (machines.length === 0) context.out.line("No machines yet. goldsmith machine create makes one.");
    else {
      const rows = machines.map((machine) => [
        machine.name,
        powerWord(machine),
        hardwareWords(machine),
        `${formatBytes(machine.diskUsedBytes)} of ${formatBytes(machine.hardware.diskSizeBytes)}`,
        machine.id,
      ]);
      const lines = table(["NAME", "POWER", "HARDWARE", "DISK", "ID"], rows, context.out.columns);
      for (const line of lines) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

const show = defineCommand({
  words: ["machine", "show"],
  summary: "Show everything about a machine",
  positionals: name,
  options: {},
  examples: ["goldsmith machine show web"],
  async run(context) {
    const machine = findMachine(await context.session(), firstPositional(context));
    if (context.json) context.printJson(machine);
    else printMachine(machine, context);
    return exitCodes.ok;
  },
});

const start = defineCommand({
  words: ["machine", "start"],
  summary: "Start a machine",
  positionals: name,
  options: {
    console: { type: "boolean", help: "Attach to its serial console (Ctrl-] detaches)" },
    overcommit: { type: "boolean", help: "Also when the computer's memory cannot hold all that runs then" },
  },
  examples: ["goldsmith machine start web", "goldsmith machine start web --console"],
  async run(context) {
    const session = await context.session();
    const { id, name: title } = findMachine(session, firstPositional(context));
    const input = { machineId: id, overcommit: flag(context, "overcommit") };
    await session.client.call("machines.start", input, context.signal);
    if (flag(context, "console") && !context.json) return attachConsole(context, session, id);
    if (context.json) context.printJson(findMachine(session, id));
    else context.out.line(`Started ${title}. goldsmith console ${id} attaches to its serial console.`);
    return exitCodes.ok;
  },
});

const stop = defineCommand({
  words: ["machine", "stop"],
  summary: "Shut a machine down by its power button, and wait until it is off",
  positionals: name,
  options: { force: { type: "boolean", help: "Cut the power: what the guest has not written is lost" } },
  examples: ["goldsmith machine stop web", "goldsmith machine stop web --force"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    if (machine.power === "off") {
      throw new AppError("machine-not-running", `${machine.name} is off already`, {
        hint: machine.suspended
          ? "It is suspended: goldsmith machine start goes on where it was."
          : "There is nothing to stop.",
      });
    }
    if (flag(context, "force")) {
      await session.client.call("machines.forceOff", { machineId: machine.id }, context.signal);
    } else {
      await session.client.call("machines.powerButton", { machineId: machine.id }, context.signal);
      if (!context.json) context.err.status(`Waiting for ${machine.name} to shut down`);
      await untilOff(context, session, machine);
    }
    if (context.json) context.printJson(findMachine(session, machine.id));
    else context.out.line(`${machine.name} is off.`);
    return exitCodes.ok;
  },
});

const reset = defineCommand({
  words: ["machine", "reset"],
  summary: "Reset a machine, as by its reset button",
  positionals: name,
  options: {},
  examples: ["goldsmith machine reset web"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    await session.client.call("machines.reset", { machineId: machine.id }, context.signal);
    if (context.json) context.printJson(findMachine(session, machine.id));
    else context.out.line(`Reset ${machine.name}.`);
    return exitCodes.ok;
  },
});

const resume = defineCommand({
  words: ["machine", "resume"],
  summary: "Let a paused guest go on; what its disk refused is tried again",
  details:
    "A guest is paused when this computer cannot read or write its disk. A suspended machine is started instead.",
  positionals: name,
  options: {},
  examples: ["goldsmith machine resume web"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    await session.client.call("machines.resume", { machineId: machine.id }, context.signal);
    if (context.json) context.printJson(findMachine(session, machine.id));
    else context.out.line(`${machine.name} goes on.`);
    return exitCodes.ok;
  },
});

const remove = defineCommand({
  words: ["machine", "delete"],
  summary: "Delete a machine with its disk",
  details: "Its files go to the trash of the desktop where there is one.",
  positionals: name,
  options: { yes: { type: "boolean", help: "Do not ask" } },
  examples: ["goldsmith machine delete web", "goldsmith machine delete web --yes"],
  async run(context) {
    const session = await context.session();
    const machine = findMachine(session, firstPositional(context));
    const used = formatBytes(machine.diskUsedBytes);
    await mustConfirm(context, `Delete machine ${machine.name} with its disk (${used})?`);
    await session.client.call("machines.delete", { machineId: machine.id }, context.signal);
    if (context.json) context.printJson({ machineId: machine.id });
    else context.out.line(`Deleted ${machine.name}.`);
    return exitCodes.ok;
  },
});

export const machineCommands: readonly CommandSpec[] = [list, show, start, stop, reset, resume, remove];

/** Nothing is destroyed without a word: `--yes`, or an answer at the terminal. */
export async function mustConfirm(context: CommandContext, question: string): Promise<void> {
  if (flag(context, "yes")) return;
  if (!context.prompt.canAsk) {
    throw new AppError("bad-input", "This deletes something, and there is no terminal to ask at", {
      hint: "Add --yes when you are sure.",
    });
  }
  if (!(await context.prompt.confirm(question))) throw new AppError("cancelled", "Cancelled");
}

async function untilOff(context: CommandContext, session: Session, machine: MachineView): Promise<void> {
  const limit = AbortSignal.timeout(shutdownLimitMs);
  for await (const _ of session.changes(AbortSignal.any([limit, context.signal]))) {
    if ((session.state.machines[machine.id]?.power ?? "off") === "off") return;
  }
  if (context.signal.aborted) throw new AppError("cancelled", "Cancelled");
  throw new AppError("timeout", `${machine.name} did not shut down within ${shutdownLimitMs / 1000} s`, {
    hint: "The guest may not listen to its power button: shut it down inside, or use --force.",
  });
}

const hardwareWords = ({ hardware: { cores, memoryBytes } }: MachineView): string =>
  `${cores} ${cores === 1 ? "core" : "cores"}, ${formatBytes(memoryBytes)}`;

function checkpointWords({ checkpoints, currentCheckpointId }: MachineView): string {
  const current = checkpoints.find(({ id }) => id === currentCheckpointId);
  return `${checkpoints.length}${current === undefined ? "" : `, the disk goes on from ${current.name}`}`;
}

function powerWord({ power, lastError, suspended }: MachineView): string {
  if (power === "running") return green("running");
  if (power === "off" && suspended) return "suspended";
  return power === "off" && lastError !== null ? red("off (failed)") : power;
}

function printMachine(machine: MachineView, { out }: CommandContext): void {
  const { hardware } = machine;
  const rows: [string, string | null][] = [
    ["id", machine.id],
    [
      "power",
      powerWord(machine) +
        (machine.startedAt === null ? "" : `  ${dim(`since ${formatTime(machine.startedAt)}`)}`),
    ],
    ["accelerator", machine.accelerator],
    ["hardware", `${hardwareWords(machine)}, ${hardware.firmware.toUpperCase()}`],
    [
      "disk",
      `${formatBytes(machine.diskUsedBytes)} of ${formatBytes(hardware.diskSizeBytes)}, ${hardware.diskBus}`,
    ],
    ["", dim(machine.diskPath)],
    ["iso", machine.isoPath ?? dim("none")],
    ["transcript", formatBytes(machine.transcriptBytes)],
    ["checkpoints", machine.checkpoints.length === 0 ? null : checkpointWords(machine)],
    ["ssh", machine.sshPort === null ? null : `127.0.0.1 port ${machine.sshPort}`],
    ["addresses", machine.addresses.length === 0 ? null : machine.addresses.join(", ")],
    ["agent", machine.agentVersion],
    ["created", formatTime(machine.createdAt)],
    ...labelRows(machine),
    [
      "last error",
      machine.lastError === null ? null : red(`${machine.lastError.message}. ${machine.lastError.hint}`),
    ],
  ];
  out.line(bold(machine.name));
  for (const [title, text] of rows) if (text !== null) out.line(`  ${title.padEnd(12)} ${text}`);
}

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { AnswersSchema, type Install } from "#contract/install.ts";
import { MachineCreateSchema } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Client } from "#rpc/api.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  textOption,
  UsageError,
  type CommandContext,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseSize } from "../terminal/format.ts";

export const machineCreateCommand = defineCommand({
  words: ["machine", "create"],
  summary: "Create a machine, to be installed from an ISO",
  details:
    "The defaults mirror what providers give an instance: VirtIO disk on SCSI with discard, VirtIO network.",
  positionals: [{ name: "NAME", required: true, many: false }],
  options: {
    iso: { type: "string", value: "FILE", help: "Installer to boot from" },
    cores: { type: "string", value: "N", help: "Processor cores (default 2)" },
    memory: { type: "string", value: "SIZE", help: "Memory, such as 1G or 768M (default 1G)" },
    disk: { type: "string", value: "SIZE", help: "Size of the disk (default 8G)" },
    firmware: { type: "string", value: "bios|uefi", help: "Firmware (default bios)" },
    bus: {
      type: "string",
      value: "virtio-scsi|virtio-blk",
      help: "How the disk is attached (default virtio-scsi)",
    },
    direct: { type: "boolean", help: "Start the ISO's kernel with its console on the serial port" },
    append: { type: "string", value: "WORDS", help: "Kernel command line of --direct (default: of the ISO)" },
    answers: {
      type: "string",
      value: "FILE",
      help: "Unattended answers: what goldsmith iso answers --json has printed",
    },
    start: { type: "boolean", help: "Start it at once" },
  },
  examples: [
    "goldsmith machine create web --iso debian-12-netinst.iso --start",
    "goldsmith machine create db --iso rocky.iso --memory 4G --cores 4 --disk 20G --firmware uefi",
    "goldsmith machine create auto --iso debian-12-netinst.iso --direct --answers answers.json --start",
  ],
  async run(context) {
    const { client } = await context.session();
    const machine = machineInput(context);
    const input = { ...machine, install: await installOf(context, client, machine.isoPath) };
    const { machineId } = await client.call("machines.create", input, context.signal);
    if (flag(context, "start")) await client.call("machines.start", { machineId }, context.signal);
    if (context.json) context.printJson({ machineId });
    else {
      context.out.line(
        `Created ${input.name} (${machineId})${flag(context, "start") ? " and started it" : ""}`,
      );
      context.out.line(
        flag(context, "start")
          ? `goldsmith console ${machineId} attaches to its serial console.`
          : `goldsmith machine start ${machineId} boots it.`,
      );
      if (input.install?.mode === "direct")
        context.out.line(
          "Without a console or a window its installer's restart switches it off; goldsmith machine start then boots the disk.",
        );
    }
    return exitCodes.ok;
  },
});

const AnswersFileSchema = z.object({ answers: AnswersSchema, commandLine: z.string() });

/** How the installer is started; null: by the medium's own menu. */
async function installOf(
  context: CommandContext,
  client: Client,
  isoPath: string | null,
): Promise<Install | null> {
  const file = textOption(context, "answers");
  const append = textOption(context, "append");
  const direct = flag(context, "direct") || append !== undefined;
  if (!direct && file === undefined) return null;
  if (isoPath === null) throw new UsageError("--direct, --append and --answers need --iso");
  const given = file === undefined ? null : await readAnswers(file);
  const look = await client.call("isos.look", { path: isoPath }, context.signal);
  if (direct && look.direct === null) {
    throw new AppError("not-bootable", `No kernel was found in ${isoPath}`, {
      hint: "Leave --direct away to boot the medium's own menu.",
    });
  }
  const words = [given?.commandLine ?? "", append ?? look.direct?.commandLine ?? ""].filter(Boolean);
  return {
    mode: direct ? "direct" : "menu",
    kernelPath: direct ? (look.direct?.kernelPath ?? null) : null,
    initrdPath: direct ? (look.direct?.initrdPath ?? null) : null,
    commandLine: direct ? words.join(" ") : "",
    answers: given?.answers ?? null,
  };
}

async function readAnswers(path: string): Promise<z.output<typeof AnswersFileSchema>> {
  try {
    return AnswersFileSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new AppError("bad-input", `${path} holds no answers`, {
      hint: "goldsmith iso answers KIND --json prints them.",
      cause: error,
    });
  }
}

/** Values are judged by the contract's own schema; a wrong one is a usage error that names the option. */
function machineInput(context: CommandContext) {
  const iso = textOption(context, "iso");
  const hardware = {
    cores: wholeOption(context, "cores"),
    memoryBytes: sizeOption(context, "memory"),
    diskSizeBytes: sizeOption(context, "disk"),
    firmware: textOption(context, "firmware"),
    diskBus: textOption(context, "bus"),
  };
  const given = Object.fromEntries(Object.entries(hardware).filter(([, value]) => value !== undefined));
  const parsed = MachineCreateSchema.safeParse({
    name: firstPositional(context),
    isoPath: iso === undefined ? null : resolve(iso),
    hardware: given,
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = String(issue?.path.at(-1) ?? "");
  const option = optionOf[field];
  throw new UsageError(`${option === undefined ? "" : `--${option}: `}${issue?.message ?? "wrong value"}`);
}

const optionOf: Record<string, string> = {
  cores: "cores",
  memoryBytes: "memory",
  diskSizeBytes: "disk",
  firmware: "firmware",
  diskBus: "bus",
};

export function wholeOption(context: CommandContext, name: string): number | undefined {
  const text = textOption(context, name);
  if (text !== undefined && !/^\d{1,4}$/.test(text)) throw new UsageError(`--${name} ${text} is no number`);
  return text === undefined ? undefined : Number(text);
}

export function sizeOption(context: CommandContext, name: string): number | undefined {
  const text = textOption(context, name);
  if (text === undefined) return undefined;
  const sizeBytes = parseSize(text);
  if (sizeBytes === null) throw new UsageError(`--${name} ${text} is no size; write 8G or 512M`);
  return sizeBytes;
}

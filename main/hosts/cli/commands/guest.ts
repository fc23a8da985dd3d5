import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  textOption,
  UsageError,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJob } from "../follow-job.ts";
import { visible } from "../terminal/style.ts";
import { guestShellCommand } from "./guest-shell.ts";

const machineNamed = (session: Session, word: string): MachineView =>
  findByName("machine", word, Object.values(session.state.machines));

const authorize = defineCommand({
  words: ["guest", "authorize"],
  summary: "Put the machine's own key into a running guest, by a password that is used once",
  details:
    "The password is asked for, or read from standard input. It is not kept. Sealing takes the key out again.",
  positionals: [{ name: "MACHINE", required: true, many: false }],
  options: { user: { type: "string", value: "NAME", help: "User to log in as (required)" } },
  examples: ["goldsmith guest authorize web --user craft"],
  async run(context) {
    const username = textOption(context, "user");
    if (username === undefined) throw new UsageError("--user NAME is missing");
    const session = await context.session();
    const { id, name } = machineNamed(session, firstPositional(context));
    const { prompt } = context;
    const password = prompt.canAsk
      ? await prompt.secret(`Password of ${username} on ${name}`)
      : ((await prompt.lines())[0] ?? "");
    await session.client.call("guest.authorize", { machineId: id, username, password }, context.signal);
    if (context.json) context.printJson({ machineId: id, username });
    else context.out.line(`${name} lets this computer in as ${username}.`);
    return exitCodes.ok;
  },
});

const run = defineCommand({
  words: ["guest", "run"],
  summary: "Run a shell script in a running guest over SSH",
  details:
    "FILE is a script of this computer; without one it is read from standard input. Exit code 1 when it fails.",
  positionals: [
    { name: "MACHINE", required: true, many: false },
    { name: "FILE", required: false, many: false },
  ],
  options: { command: { type: "string", value: "TEXT", help: "The script itself" } },
  examples: [
    "goldsmith guest run web --command 'apt-get -qy install nginx'",
    "goldsmith guest run web setup.sh",
  ],
  async run(context) {
    const session = await context.session();
    const { id } = machineNamed(session, firstPositional(context));
    const script = await scriptOf(context);
    const result = await session.client.call("guest.run", { machineId: id, script }, context.signal);
    if (context.json) context.printJson(result);
    else {
      await context.printRaw(context.rawIsTerminal ? visible(result.stdout) : result.stdout);
      if (result.stderr !== "") context.err.line(result.stderr.trimEnd());
    }
    return result.exitCode === 0 ? exitCodes.ok : exitCodes.failure;
  },
});

async function scriptOf(context: CommandContext): Promise<string> {
  const command = textOption(context, "command");
  if (command !== undefined) return command;
  const [, file] = context.positionals;
  if (file === undefined) return (await context.prompt.lines()).join("\n");
  return readFile(resolve(file), "utf8").catch((error: unknown) => {
    throw AppError.from(error);
  });
}

const remote = /^([^/\\:]+):(.+)$/;

const copy = defineCommand({
  words: ["guest", "copy"],
  summary: "Copy files and folders into or out of a running guest, compared by checksum",
  details:
    "The last word is the folder that they go to. MACHINE:PATH is a place in a guest. A broken copy goes on.",
  positionals: [{ name: "FROM... TO", required: true, many: true }],
  options: {},
  examples: ["goldsmith guest copy site.conf www web:/srv", "goldsmith guest copy web:/var/log/syslog ."],
  async run(context) {
    const session = await context.session();
    const to = context.positionals.at(-1) ?? "";
    const from = context.positionals.slice(0, -1);
    const [source] = from;
    if (source === undefined) throw new UsageError("Name what to copy and where to");
    const into = remote.exec(to);
    const outOf = remote.exec(source);
    if (into !== null) {
      const machineId = machineNamed(session, into[1] ?? "").id;
      const paths = from.map((path) => resolve(path));
      const input = { machineId, paths, folder: into[2] ?? "" };
      return follow(context, session, await session.client.call("guest.upload", input, context.signal));
    }
    if (outOf === null || from.length > 1)
      throw new UsageError("One side is a guest: MACHINE:PATH as the last word, or as the only first one");
    const input = {
      machineId: machineNamed(session, outOf[1] ?? "").id,
      path: outOf[2] ?? "",
      toFolder: resolve(to),
    };
    return follow(context, session, await session.client.call("guest.download", input, context.signal));
  },
});

async function follow(context: CommandContext, session: Session, { jobId }: { jobId: string }) {
  const job = await followJob(context, session, jobId);
  if (context.json) context.printJson({ job });
  return exitCodes.ok;
}

export const guestCommands: readonly CommandSpec[] = [authorize, run, copy, guestShellCommand];

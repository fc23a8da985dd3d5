import type { Notice } from "#contract/state.ts";
import { AppError } from "#core/lib/app-error.ts";
import product from "#package.json" with { type: "json" };
import type { Ports } from "#ports/ports.ts";
import { UsageError, type CommandContext, type CommandSpec } from "./command.ts";
import { exitCodeOf, exitCodes, type ExitCode } from "./exit-codes.ts";
import { commandHelp, overview } from "./help-text.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import type { OpenSession } from "./session.ts";
import { createOutput, jsonDocument, type Output, type Sink } from "./terminal/output.ts";
import type { Prompt } from "./terminal/prompt.ts";
import { bold, cyan, dim, red, yellow } from "./terminal/style.ts";

export interface CliWorld {
  readonly argv: readonly string[];
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly prompt: Prompt;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly createPorts: () => Promise<Ports>;
  readonly openSession: (ports: Ports) => Promise<OpenSession>;
}

/** One run of the command line, from words to exit code. Never throws. */
export async function runCli(world: CliWorld, commands: readonly CommandSpec[]): Promise<ExitCode> {
  const out = createOutput(world.stdout, world.env);
  const err = createOutput(world.stderr, world.env);
  // Errors of the parser, too, are answered in JSON when it was asked for.
  const end = world.argv.indexOf("--");
  let json = world.argv.slice(0, end < 0 ? undefined : end).includes("--json");
  const opened: { session?: Promise<OpenSession>; ports?: Promise<Ports> } = {};
  try {
    const parsed = parseCommandLine(world.argv, commands);
    const { command } = parsed;
    json = parsed.json;
    if (parsed.version)
      return answerText(world.stdout, product.version, json ? { version: product.version } : null);
    if (parsed.help || command === null) {
      for (const line of command === null ? overview(commands, parsed.group) : commandHelp(command))
        out.line(line);
      return parsed.help ? exitCodes.ok : exitCodes.usage;
    }
    const context: CommandContext = {
      options: parsed.options,
      positionals: parsed.positionals,
      json,
      out,
      err,
      prompt: world.prompt,
      env: world.env,
      signal: world.signal,
      ports: () => (opened.ports ??= world.createPorts()),
      session: () => (opened.session ??= context.ports().then(world.openSession)),
      printJson: (value) => void world.stdout.write(jsonDocument(value)),
      printRaw: (content) =>
        new Promise((resolve) => {
          world.stdout.write(content, (error) => resolve(error === undefined || error === null));
        }),
      rawIsTerminal: world.stdout.isTTY === true,
    };
    return await command.run(context);
  } catch (error) {
    return explain(error, { json, err, stdout: world.stdout, cancelled: world.signal.aborted });
  } finally {
    // A session that could not be opened has been explained already.
    await opened.session
      ?.then((session) => {
        if (!json || err.isTerminal) printNotices(err, Object.values(session.state.notices));
        return session.close();
      })
      .catch(() => {});
  }
}

function answerText(stdout: Sink, text: string, value: unknown): ExitCode {
  stdout.write(value === null ? `${text}\n` : jsonDocument(value));
  return exitCodes.ok;
}

function explain(
  error: unknown,
  to: { json: boolean; err: Output; stdout: Sink; cancelled: boolean },
): ExitCode {
  if (error instanceof UsageError) {
    if (to.json) to.stdout.write(jsonDocument({ error: { code: "bad-input", message: error.message } }));
    else {
      to.err.line(`${red(bold("error"))} ${error.message}`);
      to.err.line(dim("      goldsmith --help shows what there is"));
    }
    return exitCodes.usage;
  }
  const known = AppError.from(error);
  const wire = known.toWire();
  if (to.json) to.stdout.write(jsonDocument({ error: wire }));
  else printError(to.err, known);
  return to.cancelled ? exitCodes.cancelled : exitCodeOf(known.code);
}

/** What was found while the command ran, and nobody asked for: another command does not know of it any more. */
function printNotices(err: Output, notices: readonly Notice[]): void {
  for (const { level, title, text } of notices) {
    err.line(`${level === "info" ? cyan("note") : yellow(level)} ${title}`);
    if (text !== "") err.line(`      ${text}`);
  }
}

/** What happened, what to do, and the last words of a program where there are any. */
export function printError(
  err: Output,
  error: Pick<AppError, "code" | "message" | "hint" | "details">,
): void {
  if (error.code === "cancelled") return err.line(dim("Cancelled."));
  err.line(`${red(bold("error"))} ${error.message}`);
  err.line(`      ${error.hint}`);
  const words = error.details["stderr"];
  if (typeof words !== "string") return;
  const lines = words.trim().split("\n").slice(-6);
  for (const line of lines) if (!error.message.includes(line.trim())) err.line(dim(`      ${line}`));
}

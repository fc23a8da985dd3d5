import type { Client } from "#rpc/api.ts";
import type { AppState } from "#contract/state.ts";
import type { Ports } from "#ports/ports.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./terminal/output.ts";
import type { Prompt } from "./terminal/prompt.ts";

export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** One line of help. */
  readonly help: string;
  /** What stands for the value in help: `--memory SIZE`. */
  readonly value?: string;
  /** May be given several times; read it with `listOption`. */
  readonly repeatable?: true;
}

export interface CommandSpec {
  /** `["machine", "create"]`. */
  readonly words: readonly [string, ...string[]];
  readonly summary: string;
  /** More paragraphs for the help of this command. */
  readonly details?: string;
  readonly positionals: readonly { name: string; required: boolean; many: boolean }[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  run(context: CommandContext): Promise<ExitCode>;
}

/** A core in this process, opened by the first who needs it. */
export interface Session {
  readonly client: Client;
  /** The state as it is now. */
  readonly state: Readonly<AppState>;
  /** Wakes after every change of the state, until the signal aborts. First at once. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}

export type OptionValue = string | boolean | readonly string[] | undefined;

/** What a command sees. */
export interface CommandContext {
  /** Options by name; flags are true. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly positionals: readonly string[];
  readonly json: boolean;
  /** For results. */
  readonly out: Output;
  /** For progress, questions and errors. */
  readonly err: Output;
  readonly prompt: Prompt;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly ports: () => Promise<Ports>;
  readonly session: () => Promise<Session>;
  /** Writes the one JSON document; call it once, in JSON mode only. */
  readonly printJson: (value: unknown) => void;
  /**
   * Writes to standard output as it is: documents for other programs, and the bytes of files. Waits until they are
   * taken; false when the reader went away.
   */
  readonly printRaw: (content: string | Uint8Array) => Promise<boolean>;
  /** Standard output is a terminal, which acts on what it is sent. */
  readonly rawIsTerminal: boolean;
}

/** The command line itself is wrong: exit code 2 and a pointer to the help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const defineCommand = (spec: CommandSpec): CommandSpec => spec;

export function textOption(context: Pick<CommandContext, "options">, name: string): string | undefined {
  const value = context.options[name];
  return typeof value === "string" ? value : undefined;
}

/** A repeatable option: every value as it was given. */
export function textsOption(context: Pick<CommandContext, "options">, name: string): string[] {
  const value = context.options[name];
  return Array.isArray(value) ? value.map(String) : typeof value === "string" ? [value] : [];
}

/** A repeatable option: every value, those with commas taken apart. */
export function listOption(context: Pick<CommandContext, "options">, name: string): string[] {
  const value = context.options[name];
  const given =
    typeof value === "string" ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
  return given.flatMap((text) => text.split(",")).flatMap((word) => word.trim() || []);
}

export const flag = (context: Pick<CommandContext, "options">, name: string): boolean =>
  context.options[name] === true;

/** The first positional; the parser has made sure that it is there. */
export function firstPositional(context: Pick<CommandContext, "positionals">): string {
  const [first] = context.positionals;
  if (first === undefined) throw new UsageError("An argument is missing");
  return first;
}

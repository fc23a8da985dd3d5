import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError, type CommandSpec, type OptionSpec, type OptionValue } from "./command.ts";

/** Understood by every command, before and after its name. */
export const globalOptions = {
  json: { type: "boolean", help: "Print one JSON document to standard output" },
  help: { type: "boolean", help: "Show help" },
  version: { type: "boolean", help: "Show the version" },
} as const;

const shortOptions: Record<string, string> = { h: "help", V: "version", y: "yes", l: "long" };

export interface ParsedCommandLine {
  /** Null: only global options, or help for a group of commands. */
  readonly command: CommandSpec | null;
  /** Words that name a group (`machine`) when there is no command. */
  readonly group: readonly string[];
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Finds the command by its words, then lets node:util parse the rest strictly. Throws UsageError. */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly CommandSpec[],
): ParsedCommandLine {
  const { flags, rest } = leadingFlags(argv);
  const help = rest[0] === "help";
  const words = help ? rest.slice(1) : rest;
  const command = longestMatch(words, commands);
  const base = { json: flags.has("json"), help: help || flags.has("help"), version: flags.has("version") };
  if (command === null) return withoutCommand(words, commands, base);

  const { values, positionals } = parseStrictly(words.slice(command.words.length), command);
  const parsed = {
    ...base,
    command,
    group: [],
    options: values,
    positionals,
    json: base.json || values["json"] === true,
    help: base.help || values["help"] === true,
    version: base.version || values["version"] === true,
  };
  if (!parsed.help && !parsed.version) checkPositionals(command, positionals);
  return parsed;
}

type Base = Pick<ParsedCommandLine, "json" | "help" | "version">;

function withoutCommand(
  words: readonly string[],
  commands: readonly CommandSpec[],
  base: Base,
): ParsedCommandLine {
  const nothing = { command: null, options: {}, positionals: [] };
  const [first, second] = words;
  if (first === undefined) return { ...nothing, ...base, group: [] };
  const inGroup = commands.filter((spec) => spec.words[0] === first);
  if (inGroup.length === 0) {
    throw new UsageError(
      `There is no command ${first}${suggest(
        first,
        commands.map(({ words: [word] }) => word),
      )}`,
    );
  }
  const wanted = words.slice(1).filter((word) => word !== "--help" && word !== "-h");
  const asked = base.help || wanted.length < words.length - 1;
  if (second === undefined || wanted.length === 0) {
    if (!asked)
      throw new UsageError(`${first} what? One of: ${inGroup.map((spec) => spec.words[1]).join(", ")}`);
    return { ...nothing, ...base, help: true, group: [first] };
  }
  const names = inGroup.map((spec) => spec.words[1] ?? "");
  throw new UsageError(`There is no command ${first} ${second}${suggest(second, names)}`);
}

function leadingFlags(argv: readonly string[]): { flags: Set<string>; rest: readonly string[] } {
  const flags = new Set<string>();
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? "";
    const name = word.startsWith("--") ? word.slice(2) : shortOptions[word.slice(1)];
    if (!word.startsWith("-") || name === undefined || !(name in globalOptions)) break;
    flags.add(name);
  }
  const [next] = argv.slice(index);
  if (next?.startsWith("-") === true) throw new UsageError(`There is no option ${next}`);
  return { flags, rest: argv.slice(index) };
}

function longestMatch(words: readonly string[], commands: readonly CommandSpec[]): CommandSpec | null {
  const fitting = commands.filter((spec) => spec.words.every((word, index) => words[index] === word));
  return fitting.sort((a, b) => b.words.length - a.words.length)[0] ?? null;
}

function parseStrictly(args: readonly string[], command: CommandSpec) {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  const specs: Readonly<Record<string, OptionSpec>> = { ...globalOptions, ...command.options };
  for (const [name, { type, repeatable = false }] of Object.entries(specs)) {
    const short = Object.entries(shortOptions).find(([, long]) => long === name)?.[0];
    options[name] = { type, multiple: repeatable, ...(short === undefined ? {} : { short }) };
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Record<string, OptionValue>, positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // node:util explains how to write a positional that starts with a dash; one sentence is enough here.
    throw new UsageError(message.split(". ")[0] ?? message);
  }
}

function checkPositionals(command: CommandSpec, given: readonly string[]): void {
  const missing = command.positionals.filter(({ required }) => required)[given.length];
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing`);
  const many = command.positionals.some((positional) => positional.many);
  const extra = given[command.positionals.length];
  if (!many && extra !== undefined) throw new UsageError(`${extra} is one argument too many`);
}

/** The nearest known word, when it is near enough to be a slip. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = [...new Set(known)]
    .map((other) => ({ other, distance: editDistance(word, other) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest !== undefined && nearest.distance <= 2 && nearest.distance < word.length
    ? `. Did you mean ${nearest.other}?`
    : "";
}

/** Levenshtein's distance, with one row kept. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

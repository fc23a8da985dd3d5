import type { CommandSpec } from "./command.ts";
import { globalOptions } from "./parse-command-line.ts";
import { bold, dim } from "./terminal/style.ts";
import { wrap } from "./terminal/table.ts";

const introduction = "Goldsmith: build golden VM images, check them for every provider, publish them.";
const lineCells = 100;

/** Everything there is; with a group only its commands. */
export function overview(commands: readonly CommandSpec[], group: readonly string[] = []): string[] {
  const shown = commands.filter((spec) => group.every((word, index) => spec.words[index] === word));
  const names = shown.map((spec) => spec.words.join(" "));
  const width = Math.max(...names.map((name) => name.length));
  return [
    ...(group.length === 0 ? [introduction, ""] : []),
    bold("Usage"),
    `  goldsmith ${[...group, "COMMAND"].join(" ")} [OPTIONS]`,
    "",
    bold("Commands"),
    ...shown.map((spec, index) => `  ${(names[index] ?? "").padEnd(width)}  ${spec.summary}`),
    "",
    bold("Options"),
    ...optionLines(globalOptions),
    "",
    dim("goldsmith COMMAND --help shows the options of a command, with examples."),
    ...(group.length === 0
      ? [dim("Exit codes: 0 ok, 1 findings or failure, 2 usage, 3 unreadable input, 130 cancelled.")]
      : []),
  ];
}

export function commandHelp(spec: CommandSpec): string[] {
  const positionals = spec.positionals.map(({ name, required, many }) => {
    const text = many ? `${name}...` : name;
    return required ? text : `[${text}]`;
  });
  const hasOptions = Object.keys(spec.options).length > 0;
  return [
    `${spec.summary}.`,
    "",
    bold("Usage"),
    `  ${["goldsmith", ...spec.words, ...(hasOptions ? ["[OPTIONS]"] : []), ...positionals].join(" ")}`,
    ...(spec.details === undefined
      ? []
      : ["", ...spec.details.split("\n").flatMap((paragraph) => wrap(paragraph, lineCells))]),
    "",
    bold("Options"),
    ...optionLines({ ...spec.options, json: globalOptions.json, help: globalOptions.help }),
    "",
    bold("Examples"),
    ...spec.examples.map((example) => `  ${example}`),
  ];
}

function optionLines(options: CommandSpec["options"]): string[] {
  const names = Object.entries(options).map(
    ([name, { value }]) => `--${name}${value === undefined ? "" : ` ${value}`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(options).map(({ help }, index) => `  ${(names[index] ?? "").padEnd(width)}  ${help}`);
}

import { textOption, UsageError, type CommandContext, type OptionSpec } from "./command.ts";

/** What a person calls a machine or an image: it has no effect on what runs or is published. */
interface Labels {
  readonly name: string;
  readonly notes: string;
  readonly tags: string[];
}

export const labelOptions: Readonly<Record<keyof Labels, OptionSpec>> = {
  name: { type: "string", value: "NAME", help: "Another name" },
  notes: { type: "string", value: "TEXT", help: "What it is for; an empty text takes them away" },
  tags: { type: "string", value: "LIST", help: "Words with commas between, instead of those it has" },
};

/** Only what was given. */
export function labelOptionsGiven(context: Pick<CommandContext, "options">): Partial<Labels> {
  const [name, notes, tags] = [
    textOption(context, "name"),
    textOption(context, "notes"),
    textOption(context, "tags"),
  ];
  return {
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...(tags === undefined ? {} : { tags: tags.split(",").flatMap((tag) => tag.trim() || []) }),
  };
}

/** The same where nothing else can be changed. Throws UsageError when nothing was given. */
export function labelChanges(context: Pick<CommandContext, "options">): Partial<Labels> {
  const given = labelOptionsGiven(context);
  if (Object.keys(given).length === 0) {
    throw new UsageError(
      `Give one of ${Object.keys(labelOptions)
        .map((name) => `--${name}`)
        .join(", ")}`,
    );
  }
  return given;
}

/** Lines for a person; nothing for what is not there. */
export const labelRows = ({ tags, notes }: Pick<Labels, "tags" | "notes">): [string, string][] => [
  ...(tags.length === 0 ? [] : [["tags", tags.join(", ")] satisfies [string, string]]),
  ...notes
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index): [string, string] => [index === 0 ? "notes" : "", line]),
];

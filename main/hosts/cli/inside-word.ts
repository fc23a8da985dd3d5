import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Place } from "#core/image/look-inside.ts";
import { textOption, UsageError, type CommandContext, type OptionSpec } from "./command.ts";

/** A file of this computer, and a path inside of it. */
export interface InsideWord {
  readonly file: string;
  readonly place: Place;
  /** Absolute, inside. */
  readonly path: string;
}

export const placeOptions: Readonly<Record<"partition" | "volume", OptionSpec>> = {
  partition: { type: "string", value: "N", help: "One partition alone; 0 for a disk without a table" },
  volume: { type: "string", value: "GROUP/NAME", help: "One logical volume alone" },
};

/**
 * `disk.qcow2:/etc/hosts`, `disk.qcow2:@2/grub` (partition 2), `disk.qcow2` (everything). Names may hold colons:
 * of the places where the word can be parted, the last one counts whose left side is there. Throws UsageError.
 */
export function insideWord(
  word: string,
  context: Pick<CommandContext, "options">,
  exists: (path: string) => boolean = existsSync,
): InsideWord {
  const partings = [...word.matchAll(/:(?=@\d+(?:\/|$)|\/)/g)]
    .map(({ index }) => index)
    .filter((at) => at > 0);
  const at =
    partings.findLast((one) => exists(word.slice(0, one))) ?? (exists(word) ? undefined : partings.at(-1));
  const file = at === undefined ? word : word.slice(0, at);
  const rest = at === undefined ? "/" : word.slice(at + 1);
  const [, number, below] = /^@(\d+)(.*)$/s.exec(rest) ?? [];
  const path = number === undefined ? rest : below === "" ? "/" : (below ?? "/");
  return { file: resolve(file), place: placeOf(context, number), path };
}

function placeOf(context: Pick<CommandContext, "options">, inWord: string | undefined): Place {
  const partition = textOption(context, "partition");
  const name = textOption(context, "volume");
  const given = [partition, name, inWord].filter((one) => one !== undefined);
  if (given.length > 1) throw new UsageError("Only one of @N, --partition and --volume can count");
  if (name !== undefined) return { kind: "volume", name };
  const number = partition ?? inWord;
  if (number === undefined) return { kind: "system" };
  if (!/^\d{1,4}$/.test(number)) throw new UsageError(`--partition ${number}: write its number`);
  return { kind: "partition", number: Number(number) };
}

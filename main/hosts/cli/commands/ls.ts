import type { FileTree, TreeStat } from "#core/image/filesystem/file-tree.ts";
import type { Inside } from "#core/image/look-inside.ts";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, flag } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { insideWord, placeOptions } from "../inside-word.ts";
import { openInside } from "../open-inside.ts";
import { formatBytes } from "../terminal/format.ts";
import { dim, visible } from "../terminal/style.ts";

interface Entry {
  readonly name: string;
  readonly kind: TreeStat["kind"];
  readonly sizeBytes: number;
  /** Permission bits in octal: `0755`. */
  readonly mode: string;
  /** Where a link leads, as it is written; null for all else. */
  readonly target: string | null;
}

export const lsCommand = defineCommand({
  words: ["ls"],
  summary: "List what is inside an image",
  details:
    "FILE:PATH as for cat; FILE alone is its root. Nothing is mounted and no right is needed beyond reading the " +
    "file.\nExit code 0: listed; 1: there is no such path in the image; 3: the image cannot be read; 130: cancelled. " +
    "--json prints {schemaVersion, path, inside, entries: [{name, kind, sizeBytes, mode, target}]}.",
  positionals: [{ name: "FILE:PATH", required: true, many: false }],
  options: {
    long: { type: "boolean", help: "(-l) With permissions, size and where links lead" },
    ...placeOptions,
  },
  examples: [
    "goldsmith ls disk.qcow2",
    "goldsmith ls -l disk.qcow2:/etc/cloud/cloud.cfg.d",
    "goldsmith ls disk.qcow2:@15/EFI",
  ],
  async run(context) {
    const word = insideWord(firstPositional(context), context);
    const long = context.json || flag(context, "long");
    return openInside(context, word, async (inside) => {
      const entries = await list(inside, word.path, long);
      if (context.json) {
        context.printJson({ schemaVersion: 1, path: word.file, inside: word.path, entries });
        return exitCodes.ok;
      }
      const sizes = entries.map(({ sizeBytes }) => formatBytes(sizeBytes));
      const width = Math.max(0, ...sizes.map((text) => text.length));
      for (const [index, entry] of entries.entries()) {
        const size = (sizes[index] ?? "").padStart(width);
        context.out.line(long ? `${modeText(entry)}  ${size}  ${nameText(entry)}` : visible(entry.name));
      }
      if (long) for (const note of inside.notes) context.err.line(dim(`note: ${visible(note)}`));
      return exitCodes.ok;
    });
  },
});

async function list(inside: Inside, path: string, long: boolean): Promise<Entry[]> {
  const { tree } = inside;
  const found = await tree.lstat(path);
  const behind = found?.kind === "symlink" && path.endsWith("/") ? await tree.stat(path) : found;
  if (behind === null) throw new AppError("not-found", `There is no ${path} in the image`);
  const isFolder = behind.kind === "directory" || (await tree.stat(path))?.kind === "directory";
  if (!isFolder || (long && behind.kind === "symlink")) {
    return [await toEntry(tree, path, path.split("/").findLast((part) => part !== "") ?? "/")];
  }
  const base = path.endsWith("/") ? path : `${path}/`;
  const names = await tree.readDirectory(path);
  const entries: Entry[] = [];
  for (const { name, kind } of names) {
    inside.refill();
    entries.push(
      long
        ? await toEntry(tree, base + name, name)
        : { name, kind: kind === "unknown" ? "other" : kind, sizeBytes: 0, mode: "", target: null },
    );
  }
  return entries;
}

async function toEntry(tree: FileTree, path: string, name: string): Promise<Entry> {
  const found = await tree.lstat(path);
  if (found === null) return { name, kind: "other", sizeBytes: 0, mode: "", target: null };
  return {
    name,
    kind: found.kind,
    sizeBytes: found.sizeBytes,
    mode: (found.mode & 0o7777).toString(8).padStart(4, "0"),
    target: found.kind === "symlink" ? await tree.readLink(path) : null,
  };
}

const kindLetters = { file: "-", directory: "d", symlink: "l", other: "?" } as const;

/** `drwxr-xr-x`, as ls(1) writes it; set-id and sticky bits included. */
function modeText({ kind, mode }: Entry): string {
  const bits = Number.parseInt(mode === "" ? "0" : mode, 8);
  const letters = "rwxrwxrwx".split("").map((letter, index) => ((bits >> (8 - index)) & 1 ? letter : "-"));
  for (const [at, bit, set, bare] of [
    [2, 0o4000, "s", "S"],
    [5, 0o2000, "s", "S"],
    [8, 0o1000, "t", "T"],
  ] as const) {
    if ((bits & bit) !== 0) letters[at] = letters[at] === "x" ? set : bare;
  }
  return kindLetters[kind] + letters.join("");
}

const nameText = ({ name, target }: Entry): string =>
  target === null ? visible(name) : `${visible(name)} ${dim(`-> ${visible(target)}`)}`;

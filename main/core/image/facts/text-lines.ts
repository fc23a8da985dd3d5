import type { FileTree } from "#core/image/filesystem/file-tree.ts";

export interface TextLine {
  /** Counts from 1. */
  readonly line: number;
  /** Without blanks around it. */
  readonly text: string;
}

/** Configuration files are small; a larger one is not one. */
export const maxConfigBytes = 1024 ** 2;
/** Of a file that is made of line ends only the beginning counts. */
const maxLines = 50_000;

/** The lines of a file that are neither empty nor comments; empty when there is no such file. */
export async function readLines(tree: FileTree, path: string, comment = "#"): Promise<TextLine[]> {
  const text = await tree.readText(path, maxConfigBytes);
  return text === null ? [] : splitLines(text, comment);
}

export function splitLines(text: string, comment = "#"): TextLine[] {
  return text
    .split(/\r?\n/, maxLines)
    .map((raw, index) => ({ line: index + 1, text: raw.trim() }))
    .filter(({ text: line }) => line !== "" && !line.startsWith(comment));
}

/** `KEY=value` files such as os-release(5): quotes removed, the last assignment counts. */
export function parseAssignments(lines: readonly TextLine[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { text } of lines) {
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(text);
    if (match === null) continue;
    const raw = match[2] ?? "";
    const quoted = /^"((?:[^"\\]|\\.)*)"|^'([^']*)'/.exec(raw);
    const value = quoted === null ? raw.split(/\s/)[0] : (quoted[1]?.replace(/\\(.)/g, "$1") ?? quoted[2]);
    values.set(match[1] ?? "", value ?? "");
  }
  return values;
}

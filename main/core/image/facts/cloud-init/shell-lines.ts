import type { Where } from "#contract/where.ts";
import { printable } from "#core/image/source/binary.ts";
import type { ConfigFile } from "./cloud-config.ts";

export interface ShellLine {
  readonly value: string;
  readonly where: Where;
}

/**
 * The last line `key: value` of all files, at whatever depth: ds-identify is a shell script and reads lines, not
 * YAML. Text behind `#` is a comment, also inside quotes.
 */
export function lastLineOf(files: readonly ConfigFile[], key: string): ShellLine | null {
  let found: ShellLine | null = null;
  for (const { path, text } of files) {
    const lines = text.split("\n");
    if (!text.endsWith("\n")) lines.pop(); // `read` answers false for a last line without its end
    for (const [index, raw] of lines.entries()) {
      const line = raw.replace(/^[ \t]+|[ \t]+$/g, "").replace(/#.*$/, "");
      if (line !== `${key}:` && !line.startsWith(`${key}: `)) continue;
      found = { value: line.slice(key.length + 1).replace(/^ /, ""), where: { path, line: index + 1 } };
    }
  }
  return found;
}

/** `[ A, "B" ]` -> A, B. What the shell splits at blanks falls apart here as well. */
export function wordsOfLine(value: string): string[] {
  const inside = value.replace(/^\[/, "").replace(/\]$/, "");
  const words = inside.split(",").flatMap((part) => {
    const trimmed = part.trim().split(/\s+/).join(" ");
    return (/^(["'])(.*)\1$/.exec(trimmed)?.[2] ?? trimmed).split(/\s+/);
  });
  return words
    .filter((word) => word !== "")
    .slice(0, 200)
    .map((word) => printable(word, 60));
}

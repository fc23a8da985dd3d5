import type { StyleRun } from "./screen.ts";

/** Where on the screen a text stands. */
export interface Place {
  readonly row: number;
  readonly fromColumn: number;
  /** Exclusive. */
  readonly toColumn: number;
  /** Written as buttons are: `<Go Back>`, `[ OK ]`. */
  readonly isButton: boolean;
  /** Nothing else stands beside it in its column: it is an entry and no part of a sentence. */
  readonly isWhole: boolean;
}

const plain = (words: string): string => words.toLowerCase().replaceAll(/\s+/g, " ").trim();
/** Check boxes before an entry and the brackets of a button are not its words. */
const bare = (entry: string): string =>
  plain(entry.replace(/^\s*[[(][ *xX]?[\])]\s+/, "").replace(/^\s*[<[]\s*(.*?)\s*[>\]]\s*$/, "$1"));

/**
 * Whether an entry is the wanted one: all of its words or those of its first column, whatever their case, or a
 * pattern. A part is not enough: "Guinea" is not "Equatorial Guinea".
 */
export function entryMatches(entry: string, wanted: string | RegExp): boolean {
  if (typeof wanted !== "string") return wanted.test(entry);
  const words = bare(wanted);
  return bare(entry) === words || bare(entry.trim().split(/\s{2,}/)[0] ?? "") === words;
}

/** Every row where the wanted entry is shown; the first place in each. */
export function placesOf(runs: readonly StyleRun[], wanted: string | RegExp): Place[] {
  const rows = new Map<number, string>();
  for (const { row, text } of runs) rows.set(row, (rows.get(row) ?? "") + text);
  return [...rows].flatMap(([row, text]) => {
    const [at, length] = typeof wanted === "string" ? wholeWords(text, wanted.trim()) : matched(text, wanted);
    if (at < 0) return [];
    const [left, right] = [text.slice(0, at), text.slice(at + length)];
    const isButton = /[<[]\s*$/.test(left) || /^[<[]/.test(text.slice(at));
    const isWhole =
      /(^|\s\s|[^\s\p{L}\p{N}]\s?)$/u.test(left) && /^(\s*$|\s\s|\s?[^\s\p{L}\p{N}])/u.test(right);
    return [{ row, fromColumn: at, toColumn: at + length, isButton, isWhole }];
  });
}

function matched(text: string, pattern: RegExp): [at: number, length: number] {
  const match = text.match(pattern);
  return [match?.index ?? -1, match?.[0].length ?? 0];
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);

function wholeWords(row: string, words: string): [at: number, length: number] {
  const [text, part] = [row.toLowerCase(), words.toLowerCase()];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1))
    if (!isWord(text[at - 1]) && !isWord(text[at + part.length])) return [at, part.length];
  return [-1, 0];
}

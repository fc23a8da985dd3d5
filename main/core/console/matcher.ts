import { matchFresh } from "./fresh-match.ts";
import { inLimitedTime } from "./limited-time.ts";

/** What a wait looks for: in printed text, and in what is new on a screen. */
export interface Matcher {
  inText(text: string): RegExpMatchArray | null;
  onScreen(rows: readonly string[], before: readonly string[]): RegExpMatchArray | null;
}

/** A text is looked for as it is written. Patterns are held to a time, for they may come out of a recipe. */
export function matcherOf(wanted: string | RegExp): Matcher {
  const pattern = typeof wanted === "string" ? literal(wanted) : stateless(wanted);
  const limited = <T>(match: () => T): T =>
    typeof wanted === "string" ? match() : inLimitedTime(wanted, match);
  return {
    inText: (text) => limited(() => text.match(pattern)),
    onScreen: (rows, before) => limited(() => matchFresh(pattern, rows, before)),
  };
}

export const literal = (text: string): RegExp => new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
/** `g` and `y` would make a pattern remember its last place. */
export const stateless = (pattern: RegExp): RegExp =>
  new RegExp(pattern, pattern.flags.replaceAll(/[gy]/g, ""));

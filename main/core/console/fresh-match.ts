/**
 * Looks for a pattern on a screen, but only where something changed since `before`. A row that stood there
 * before (also if it has scrolled since) is old; of a row that grew, what was added is new.
 */
export function matchFresh(
  pattern: RegExp,
  rows: readonly string[],
  before: readonly string[],
): RegExpMatchArray | null {
  const text = rows.join("\n");
  const everywhere = new RegExp(pattern, pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`);
  for (const match of text.matchAll(everywhere)) {
    if (isFresh(match.index, match.index + match[0].length, rows, before)) return match;
  }
  return null;
}

function isFresh(start: number, end: number, rows: readonly string[], before: readonly string[]): boolean {
  let rowStart = 0;
  for (const row of rows) {
    const rowEnd = rowStart + row.length;
    const oldEnd = rowStart + Math.max(0, ...before.map((old) => commonPrefixLength(row, old)));
    if (Math.max(start, oldEnd) < Math.min(end, rowEnd)) return true;
    rowStart = rowEnd + 1;
  }
  return false;
}

/** Rows come without trailing blanks: behind its end an old row was blank. */
function commonPrefixLength(row: string, old: string): number {
  let length = 0;
  while (length < row.length && row[length] === (old[length] ?? " ")) length += 1;
  return length;
}

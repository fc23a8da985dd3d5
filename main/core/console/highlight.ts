import type { CursorPosition, StyleRun } from "./screen.ts";

/** The entry, button or field of a dialog that a key would act on now. */
export interface Highlight {
  readonly text: string;
  readonly row: number;
  readonly fromColumn: number;
  /** Exclusive. */
  readonly toColumn: number;
}

/** More than this of the screen in one look is a background, not a highlight. */
const maxShare = 0.25;

/**
 * Finds the highlight by how cells look, whatever the colours: text in a look of its own. Where several have one,
 * the cursor tells (newt and GRUB put it on or behind the entry), then reverse video, then a background that nothing
 * else has (titles have their own letters only). null: nothing stands out.
 */
export function findHighlight(runs: readonly StyleRun[], cursor: CursorPosition): Highlight | null {
  const cells = new Map<string, number>();
  const grounds = new Map<string, number>();
  let total = 0;
  for (const { style, background, fromColumn, toColumn } of runs) {
    const width = toColumn - fromColumn;
    cells.set(style, (cells.get(style) ?? 0) + width);
    grounds.set(background, (grounds.get(background) ?? 0) + width);
    total += width;
  }
  const candidates = runs.filter((run) => run.text.trim() !== "" && standsOut(run, runs));
  const rare = candidates.filter(({ style }) => (cells.get(style) ?? 0) <= total * maxShare);
  const ownGround = rare.filter((run) => grounds.get(run.background) === run.toColumn - run.fromColumn);
  const best =
    candidates.find((run) => hasCursor(run, cursor)) ??
    only(rare.filter((run) => run.inverse)) ??
    only(ownGround);
  if (best === null) return null;
  const { text, row, fromColumn, toColumn } = best;
  return { text: withoutMarks(text), row, fromColumn, toColumn };
}

/** GRUB marks its entry with a star, other menus with an arrow or a bar; check boxes stay. */
const withoutMarks = (text: string): string =>
  text
    .trim()
    .replace(/^[*>│|]\s*/, "")
    .replace(/\s*[│|]$/, "")
    .trim();

const hasCursor = (run: StyleRun, { row, column }: CursorPosition): boolean =>
  run.row === row && column >= run.fromColumn && column <= run.toColumn + 1;

/** Unlike the rows above and below in the same columns. A status line or a title spans no menu and does not count. */
function standsOut(run: StyleRun, runs: readonly StyleRun[]): boolean {
  const neighbours = runs.filter(
    (other) =>
      Math.abs(other.row - run.row) === 1 &&
      other.fromColumn < run.toColumn &&
      other.toColumn > run.fromColumn,
  );
  return neighbours.every(({ style }) => style !== run.style);
}

const only = <T>(list: readonly T[]): T | null => (list.length === 1 ? (list[0] ?? null) : null);

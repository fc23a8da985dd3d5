/** One fact in words. Text out of an image is shown as text only. */
export interface FactRow {
  readonly name: string;
  readonly value: string;
  /** file:line in the image that says so. */
  readonly where?: string;
  /** A path, a command line, a version: text that is read letter by letter. */
  readonly code?: boolean;
}

export interface FactTable {
  readonly label: string;
  readonly head: readonly string[];
  /** `hint` holds what a narrow table has no room for. */
  readonly rows: readonly { readonly cells: readonly string[]; readonly hint: string }[];
}

/** Facts on one thing, told alike in the window, the terminal and an exported report. */
export interface FactGroup {
  readonly id: string;
  readonly title: string;
  /** The whole group in a few words, for where it is folded. */
  readonly gist: string;
  readonly rows: readonly FactRow[];
  readonly tables: readonly FactTable[];
}

export const group = (
  id: string,
  title: string,
  gist: string,
  rows: readonly (FactRow | null)[],
  tables: readonly FactTable[] = [],
): FactGroup => ({
  id,
  title,
  gist,
  rows: rows.filter((row) => row !== null),
  tables: tables.filter((table) => table.rows.length > 0),
});

/** `file:line` as editors write it. */
export const placeText = (place: { path: string; line: number | null } | null): string =>
  place === null ? "" : place.line === null ? place.path : `${place.path}:${place.line}`;

/** A row with the place that decided it, where there is one. */
export const rowAt = (
  name: string,
  value: string,
  place: { path: string; line: number | null } | null,
): FactRow => (place === null ? { name, value } : { name, value, where: placeText(place) });

export const yesNo = (value: boolean): string => (value ? "yes" : "no");

export const listOr = (entries: readonly string[], none: string): string =>
  entries.length === 0 ? none : entries.join(", ");

/** `1 file`, `3 files`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** The first few, and how many more there are: a crafted image may list thousands. */
export function firstOf(entries: readonly string[], most: number): string {
  const more = entries.length - most;
  return [...entries.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

import type { ImageFacts } from "#contract/facts.ts";
import type { FactGroup } from "#core/lib/fact-groups/fact-group.ts";
import { factGroups } from "#core/lib/fact-groups/fact-groups.ts";
import { bold, dim, visible } from "./terminal/style.ts";
import { table, width } from "./terminal/table.ts";

const titleCells = 14;
const nameCells = 16;

const padded = (text: string, cells: number): string => text + " ".repeat(Math.max(1, cells - width(text)));

/** A line for each group: what the image is, at a glance. */
export const factGists = (facts: ImageFacts): string[] =>
  factGroups(facts).map(({ title, gist }) => padded(title, titleCells) + visible(gist));

/** Everything that is known, group by group. `columns` is the room in the terminal, 0 without one. */
export const factLines = (facts: ImageFacts, columns = 0): string[] =>
  factGroups(facts).flatMap((group) => groupLines(group, columns));

function groupLines({ title, rows, tables }: FactGroup, columns: number): string[] {
  const lines = [
    ...rows.map(({ name, value, where }) => {
      const place = where === undefined ? "" : `  ${dim(visible(where))}`;
      return (name === "" ? "" : padded(name, nameCells)) + visible(value) + place;
    }),
    ...tables.flatMap(({ head, rows: entries }) => {
      const room = columns === 0 ? 0 : Math.max(20, columns - titleCells - 2);
      const [headLine = "", ...entryLines] = table(
        head,
        entries.map(({ cells }) => cells),
        room,
      );
      return [dim(headLine), ...entryLines];
    }),
  ];
  return lines.map(
    (line, index) => (index === 0 ? bold(padded(title, titleCells)) : " ".repeat(titleCells)) + line,
  );
}

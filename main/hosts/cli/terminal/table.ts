import { bold, visible, withoutStyle } from "./style.ts";

/**
 * Columns of text, as wide as their longest cell; the last one is cut when the line would be wider than
 * `columns` (0: never). Cells may be styled.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  // A column without a title holds remarks; when there are none it is left out.
  if (head.at(-1) === "" && rows.every((row) => (row[head.length - 1] ?? "") === "")) {
    return table(
      head.slice(0, -1),
      rows.map((row) => row.slice(0, head.length - 1)),
      columns,
    );
  }
  const shown = rows.map((row) => row.map(visible));
  const widths = head.map((title, column) =>
    Math.max(width(title), ...shown.map((row) => width(row[column] ?? ""))),
  );
  const line = (cells: readonly string[], style: (text: string) => string = (text) => text): string => {
    let used = 0;
    const parts = cells.map((cell, column) => {
      const last = column === cells.length - 1;
      const room = columns === 0 ? Number.POSITIVE_INFINITY : Math.max(columns - used, 8);
      const text = last ? cut(cell, room) : cell;
      used += (widths[column] ?? 0) + 2;
      return style(text) + (last ? "" : " ".repeat((widths[column] ?? 0) - width(text) + 2));
    });
    return parts.join("").trimEnd();
  };
  return [line(head, bold), ...shown.map((row) => line(row))];
}

/** Cells that a character takes is 2 for wide East Asian ones and emoji, 0 for combining marks. */
export function width(text: string): number {
  let cells = 0;
  for (const character of withoutStyle(text)) {
    if (/\p{Mark}/u.test(character)) continue;
    cells +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return cells;
}

/** Cuts to a number of cells, with an ellipsis in the last one. Styled text keeps its end token. */
export function cut(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  let kept = "";
  for (const character of text) {
    if (width(kept + character) > cells - 1) break;
    kept += character;
  }
  const styled = text !== withoutStyle(text);
  return `${kept}…${styled ? "\uf8f0" : ""}`;
}

/** Breaks at blanks into lines of at most `cells`; every line but the first starts with `indent`. */
export function wrap(text: string, cells: number, indent = ""): string[] {
  if (cells <= 0) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const next = line === "" ? word : `${line} ${word}`;
    if (line !== "" && width(next) > cells) {
      lines.push(line);
      line = indent + word;
    } else line = next;
  }
  return [...lines, line];
}

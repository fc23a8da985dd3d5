/**
 * Where a key leads in a grid, by the pattern of WAI-ARIA: arrows stop at the edges, Home and End go along the
 * row, with Ctrl to the corners. null: the key is not for the grid.
 */
export function nextCell(
  key: string,
  ctrl: boolean,
  at: number,
  { rows, columns }: { rows: number; columns: number },
): number | null {
  const row = Math.floor(at / columns);
  const column = at % columns;
  const cell = (toRow: number, toColumn: number): number =>
    Math.min(rows - 1, Math.max(0, toRow)) * columns + Math.min(columns - 1, Math.max(0, toColumn));
  switch (key) {
    case "ArrowUp":
      return cell(row - 1, column);
    case "ArrowDown":
      return cell(row + 1, column);
    case "ArrowLeft":
      return cell(row, column - 1);
    case "ArrowRight":
      return cell(row, column + 1);
    case "Home":
      return ctrl ? 0 : cell(row, 0);
    case "End":
      return ctrl ? rows * columns - 1 : cell(row, columns - 1);
    default:
      return null;
  }
}

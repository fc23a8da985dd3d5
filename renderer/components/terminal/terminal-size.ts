export const serialSize = { columns: 80, rows: 24 };
const fittedFontPx = 13;
const scrollBarPx = 14;

/** Width of a character and height of a line, each per pixel of font size. */
export interface CellRatio {
  width: number;
  height: number;
}
/** Until the font was measured: typical of monospaced fonts. */
export const typicalCell: CellRatio = { width: 0.602, height: 1.17 };

/** The largest comfortable font with which 80x24 fills the pane; one fixed size where the pane sets the size. */
export function suitableFontPx(
  fixed: boolean,
  paneWidthPx: number,
  paneHeightPx: number,
  cell: CellRatio,
): number {
  if (!fixed) return fittedFontPx;
  const byWidth = (paneWidthPx - scrollBarPx) / serialSize.columns / cell.width;
  const byHeight = paneHeightPx / serialSize.rows / cell.height;
  return Math.floor(Math.min(15, Math.max(10, Math.min(byWidth, byHeight))));
}

/** Never smaller than what a serial guest assumes; a smaller pane scrolls instead. */
export function atLeastSerial(proposed: { cols: number; rows: number } | undefined): {
  columns: number;
  rows: number;
} {
  return {
    columns: Math.max(serialSize.columns, proposed?.cols ?? 0),
    rows: Math.max(serialSize.rows, proposed?.rows ?? 0),
  };
}

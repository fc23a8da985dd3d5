import type { IBufferCell, Terminal } from "@xterm/headless";

/** Cells of one row that follow each other and look alike. */
export interface StyleRun {
  readonly row: number;
  readonly fromColumn: number;
  /** Exclusive. */
  readonly toColumn: number;
  readonly text: string;
  /** Equal for cells that look alike. */
  readonly style: string;
  /** The part of it behind the letters. */
  readonly background: string;
  readonly inverse: boolean;
}

/** Row and column from 0. */
export interface CursorPosition {
  readonly row: number;
  readonly column: number;
}

/** A terminal without a window: what a person would see after these bytes. */
export class Screen {
  readonly #terminal: Terminal;

  private constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The emulator is large and few commands need it: it is loaded with the first screen. */
  static async create(columns: number, rows: number): Promise<Screen> {
    const { default: headless } = await import("@xterm/headless");
    // Guests print what is no valid sequence (boot logs cut them short); the terminal's own log would tell each.
    const options = { scrollback: 0, allowProposedApi: true, logLevel: "off" } as const;
    return new Screen(new headless.Terminal({ cols: columns, rows, ...options }));
  }

  /** What the terminal answers to questions in the output (cursor position, device attributes). */
  onAnswer(listener: (text: string) => void): void {
    this.#terminal.onData(listener);
  }

  /** Resolves when the output is drawn. */
  write(output: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(output, resolve));
  }

  /** Lines from top to bottom without trailing blanks; a line that the terminal wrapped is one. */
  rows(): string[] {
    const buffer = this.#terminal.buffer.active;
    const rows: string[] = [];
    for (let y = 0; y < this.#terminal.rows; y += 1) {
      const line = buffer.getLine(buffer.baseY + y);
      const text = line?.translateToString(false) ?? "";
      if (line?.isWrapped === true && rows.length > 0) rows[rows.length - 1] += text;
      else rows.push(text);
    }
    return rows.map((row) => row.trimEnd());
  }

  cursor(): CursorPosition {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { row: cursorY, column: cursorX };
  }

  /**
   * The line that the cursor stands in, split there; wrapped rows above belong to it. `after` is empty at a prompt
   * that waits.
   */
  cursorLine(): { before: string; after: string } {
    const buffer = this.#terminal.buffer.active;
    const { row, column } = this.cursor();
    const textOf = (y: number): string => buffer.getLine(buffer.baseY + y)?.translateToString(false) ?? "";
    let before = textOf(row).slice(0, column);
    for (let y = row; y > 0 && buffer.getLine(buffer.baseY + y)?.isWrapped === true; y -= 1)
      before = textOf(y - 1) + before;
    return { before, after: textOf(row).slice(column).trimEnd() };
  }

  /** Every row as runs of cells that look alike, blanks included. */
  runs(): StyleRun[] {
    const buffer = this.#terminal.buffer.active;
    const runs: { -readonly [K in keyof StyleRun]: StyleRun[K] }[] = [];
    for (let row = 0; row < this.#terminal.rows; row += 1) {
      const line = buffer.getLine(buffer.baseY + row);
      for (let column = 0; column < this.#terminal.cols; column += 1) {
        const cell = line?.getCell(column);
        if (cell === undefined) break;
        const style = styleOf(cell);
        const last = runs.at(-1);
        const chars = cell.getWidth() === 0 ? "" : cell.getChars() === "" ? " " : cell.getChars();
        if (last?.row === row && last.style === style) {
          last.text += chars;
          last.toColumn = column + 1;
        } else {
          const inverse = cell.isInverse() !== 0;
          const background = inverse ? foregroundOf(cell) : backgroundOf(cell);
          const at = { row, fromColumn: column, toColumn: column + 1 };
          runs.push({ ...at, text: chars, style, background, inverse });
        }
      }
    }
    return runs;
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}

const foregroundOf = (cell: IBufferCell): string => `${cell.getFgColorMode()}:${cell.getFgColor()}`;
/** The default colours of letters and of the ground are written alike, and are not the same. */
const backgroundOf = (cell: IBufferCell): string => `ground ${cell.getBgColorMode()}:${cell.getBgColor()}`;
/** Bold alone is left out: menus use it for accelerator letters inside an entry. */
const styleOf = (cell: IBufferCell): string =>
  `${foregroundOf(cell)} ${backgroundOf(cell)}${cell.isInverse() === 0 ? "" : " inverse"}`;

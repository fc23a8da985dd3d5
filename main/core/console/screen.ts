import type { Terminal } from "@xterm/headless";

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

  dispose(): void {
    this.#terminal.dispose();
  }
}

import { ScriptedConsole } from "./scripted-console.ts";

/** How the entry with the highlight is painted; the rest is painted plainly. */
export interface MenuLook {
  readonly base: string;
  readonly highlight: string;
  readonly cursorOnEntry: boolean;
}

/**
 * A list above a row of buttons, as installers have it: four entries are shown at a time, arrows stop at the ends,
 * Tab goes to the buttons and back. `chosen` is what Enter was pressed on.
 */
export class ScriptedMenu {
  readonly guest = new ScriptedConsole();
  readonly entries: readonly string[];
  readonly look: MenuLook;
  chosen: string | null = null;
  keys = 0;
  #at: number;
  /** -1: the list has the focus. */
  #button = -1;
  static readonly buttons = ["<Go Back>", "<Continue>"];

  constructor(entries: readonly string[], at: number, look: MenuLook) {
    this.entries = entries;
    this.#at = at;
    this.look = look;
    this.guest.answer = (key) => this.#press(key);
    this.#paint();
  }

  #press(key: string): void {
    this.keys += 1;
    const { buttons } = ScriptedMenu;
    if (key === "\r")
      this.chosen = (this.#button < 0 ? this.entries[this.#at] : buttons[this.#button]) ?? null;
    else if (key === "\t") {
      this.#button = this.#button + 1 === buttons.length ? -1 : this.#button + 1;
      this.#paint();
    } else if (key === "\u001b[B" && this.#button < 0) this.#move(1);
    else if (key === "\u001b[A" && this.#button < 0) this.#move(-1);
  }

  #move(by: number): void {
    const to = Math.min(Math.max(this.#at + by, 0), this.entries.length - 1);
    if (to === this.#at) return;
    this.#at = to;
    this.#paint();
  }

  #paint(): void {
    const { base, highlight, cursorOnEntry } = this.look;
    const first = Math.min(Math.max(this.#at - 2, 0), Math.max(this.entries.length - 4, 0));
    const blank = base + " ".repeat(60);
    let out = "";
    for (let row = 3; row <= 16; row += 1) out += `\u001b[${row};5H${blank}`;
    out += `\u001b[4;8H\u001b[31mChoose one\u001b[0m${base}\u001b[5;8HThe default is good for most.`;
    let cursor = "\u001b[24;1H";
    const put = (row: number, column: number, text: string, lit: boolean): void => {
      out += `\u001b[${row};${column}H${lit ? highlight : base}${text}\u001b[0m${base}`;
      if (lit && cursorOnEntry) cursor = `\u001b[${row};${column}H`;
    };
    this.entries
      .slice(first, first + 4)
      .forEach((text, row) =>
        put(8 + row, 20, text.padEnd(20), this.#button < 0 && first + row === this.#at),
      );
    ScriptedMenu.buttons.forEach((text, index) => put(14, 10 + index * 30, text, this.#button === index));
    this.guest.print(`${out}${cursor}\u001b[0m`);
  }
}

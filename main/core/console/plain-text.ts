/** States of the reader of escape sequences (ECMA-48): outside, after ESC, in CSI, in a string (OSC, DCS, …). */
type Mode = "text" | "escape" | "csi" | "string" | "string-escape" | "charset";

/** Text without escape sequences and control characters; `ends[i]` is where character i ends in the input. */
export interface PlainPiece {
  readonly text: string;
  readonly ends: readonly number[];
}

/**
 * Takes escape sequences and control characters other than newline and tab out of terminal output. Keeps its
 * place between pieces, so a sequence may be cut anywhere.
 */
export class PlainTextReader {
  #mode: Mode = "text";

  read(input: string): PlainPiece {
    let text = "";
    const ends: number[] = [];
    for (let at = 0; at < input.length; at += 1) {
      const kept = this.#take(input[at] ?? "");
      if (kept === "") continue;
      text += kept;
      ends.push(at + 1);
    }
    return { text, ends };
  }

  #take(char: string): string {
    const code = char.charCodeAt(0);
    if (code === 0x1b) {
      this.#mode = this.#mode === "string" ? "string-escape" : "escape";
      return "";
    }
    switch (this.#mode) {
      case "text":
        return code >= 0x20 && code !== 0x7f ? char : code === 0x0a || code === 0x09 ? char : "";
      case "escape":
        if (char === "[") this.#mode = "csi";
        else if ("]PX^_".includes(char)) this.#mode = "string";
        else if ("()*+-./#% ".includes(char)) this.#mode = "charset";
        else this.#mode = "text";
        return "";
      case "charset":
        this.#mode = "text";
        return "";
      case "csi":
        if (code >= 0x40 && code <= 0x7e) this.#mode = "text";
        return "";
      case "string":
        // BEL ends an OSC in xterm's habit. A string over a line's end is noise: the text goes on.
        if (code === 0x07 || code === 0x0a) this.#mode = "text";
        return code === 0x0a ? char : "";
      case "string-escape":
        this.#mode = "text";
        return "";
    }
  }
}

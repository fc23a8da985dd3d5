import { applyStyle, visible } from "./style.ts";

/** The part of a writable stream that is needed; `process.stdout` and a collecting array in tests both are one. */
export interface Sink {
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Lines for a person. Control characters in them are made visible; styles are applied on a terminal only. */
export interface Output {
  line(text?: string): void;
  /** Rewrites the last line on a terminal; does nothing elsewhere. The next `line` takes its place. */
  status(text: string): void;
  readonly isTerminal: boolean;
  /** 0 when unknown, which means: do not cut. */
  readonly columns: number;
}

const eraseLine = "\r\u001b[K";

export function createOutput(sink: Sink, env: Readonly<Record<string, string | undefined>>): Output {
  const isTerminal = sink.isTTY === true && env["TERM"] !== "dumb";
  // https://no-color.org: present and not empty, whatever its value.
  const colours = isTerminal && (env["NO_COLOR"] ?? "") === "";
  let statusShown = false;
  const clean = (text: string): string => applyStyle(visible(text), colours);
  return {
    isTerminal,
    get columns() {
      return isTerminal ? (sink.columns ?? 80) : 0;
    },
    line(text = "") {
      sink.write(`${statusShown ? eraseLine : ""}${clean(text)}\n`);
      statusShown = false;
    },
    status(text) {
      if (!isTerminal) return;
      sink.write(text === "" ? (statusShown ? eraseLine : "") : eraseLine + clean(text));
      statusShown = text !== "";
    },
  };
}

/** One JSON document. What JSON leaves as it is but a terminal would obey is escaped as well. */
export const jsonDocument = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}\n`;

/**
 * What the keys of a terminal send (xterm's tables, which Linux consoles, GRUB and newt read as well). Enter is a
 * carriage return, Backspace is DEL.
 */
const sequences = {
  enter: "\r",
  tab: "\t",
  "back-tab": "\u001b[Z",
  escape: "\u001b",
  space: " ",
  backspace: "\u007f",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[1~",
  end: "\u001b[4~",
  insert: "\u001b[2~",
  delete: "\u001b[3~",
  "page-up": "\u001b[5~",
  "page-down": "\u001b[6~",
  f1: "\u001bOP",
  f2: "\u001bOQ",
  f3: "\u001bOR",
  f4: "\u001bOS",
  f5: "\u001b[15~",
  f6: "\u001b[17~",
  f7: "\u001b[18~",
  f8: "\u001b[19~",
  f9: "\u001b[20~",
  f10: "\u001b[21~",
  f11: "\u001b[23~",
  f12: "\u001b[24~",
} as const;

export type KeyName = keyof typeof sequences;
export const keyNames = Object.keys(sequences) as [KeyName, ...KeyName[]];

/** Other names that people write. */
const aliases: Readonly<Record<string, KeyName>> = {
  return: "enter",
  esc: "escape",
  "shift-tab": "back-tab",
  del: "delete",
  pgup: "page-up",
  pgdn: "page-down",
  "arrow-up": "up",
  "arrow-down": "down",
  "arrow-left": "left",
  "arrow-right": "right",
};

/** What a key sends, by its name (`Enter`, `F2`, `ctrl-c`, `alt-x`); null: there is no such key. */
export function keySequence(name: string): string | null {
  const key = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  const control = /^(?:ctrl|control|c)-([a-z[\]\\^_@])$/.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
  const meta = /^(?:alt|meta|m)-(.)$/.exec(key)?.[1];
  if (meta !== undefined) return `\u001b${meta}`;
  const known = aliases[key] ?? key;
  return known in sequences ? sequences[known as KeyName] : null;
}

const names = new Map<string, KeyName>([
  ...keyNames.map((name): [string, KeyName] => [sequences[name], name]),
  // What terminals in "application" mode, and other terminals, send for the same keys.
  ["\n", "enter"],
  ["\b", "backspace"],
  ["\u001bOA", "up"],
  ["\u001bOB", "down"],
  ["\u001bOC", "right"],
  ["\u001bOD", "left"],
  ["\u001b[H", "home"],
  ["\u001bOH", "home"],
  ["\u001b[F", "end"],
  ["\u001bOF", "end"],
]);

/** A piece of what was typed: printable text, or one key by its name. */
export type Typed = { readonly text: string } | { readonly key: string };

/** Takes typed bytes apart. Sequences that no key sends are left out: they are a terminal's answers. */
export function readTyped(input: string): Typed[] {
  const pieces: Typed[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") pieces.push({ text });
    text = "";
  };
  for (let at = 0; at < input.length;) {
    const rest = input.slice(at);
    // oxlint-disable-next-line no-control-regex -- control characters are what keys send
    const sequence = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)|^\u001b/.exec(rest)?.[0] ?? rest[0] ?? "";
    at += sequence.length;
    const code = sequence.charCodeAt(0);
    const name = sequence === " " ? undefined : names.get(sequence);
    if (name === undefined && code >= 0x20 && code !== 0x7f) {
      text += sequence;
      continue;
    }
    flush();
    if (name !== undefined) pieces.push({ key: name });
    else if (sequence.length === 1)
      pieces.push({ key: `ctrl-${String.fromCharCode(code | 0x40).toLowerCase()}` });
  }
  flush();
  return pieces;
}

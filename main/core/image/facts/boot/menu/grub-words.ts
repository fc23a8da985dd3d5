import type { TextLine } from "#core/image/facts/text-lines.ts";

/** A command of a GRUB script: its words as they are written, quotes and all. `{` and `}` are commands. */
export interface Statement {
  readonly line: number;
  readonly words: readonly string[];
}

/** A menu of a dozen kernels has a tenth of this. */
const maxStatements = 10_000;
const maxWords = 1000;

/** Splits a script at line ends, `;` and braces (GRUB manual, "Shell-like scripting"). */
export function* statementsOf(lines: readonly TextLine[]): Generator<Statement> {
  let count = 0;
  for (const { line, text } of joinContinued(lines)) {
    let words: string[] = [];
    let word = "";
    const endWord = (): void => {
      if (word !== "" && words.length < maxWords) words.push(word);
      word = "";
    };
    for (let at = 0; at < text.length; at++) {
      const character = text[at] ?? "";
      if (character === "'" || character === '"') {
        const stop = endOfQuote(text, at);
        word += text.slice(at, stop);
        at = stop - 1;
      } else if (character === "\\") word += character + (text[++at] ?? "");
      else if (character === "$" && text[at + 1] === "{") {
        const close = text.indexOf("}", at);
        const stop = close === -1 ? text.length : close + 1;
        word += text.slice(at, stop);
        at = stop - 1;
      } else if (character === " " || character === "\t") endWord();
      else if (character === "#" && word === "") break;
      else if (character === ";" || ((character === "{" || character === "}") && word === "")) {
        endWord();
        if (words.length > 0) yield { line, words };
        words = [];
        if (character !== ";") yield { line, words: [character] };
        if (++count > maxStatements) return;
      } else word += character;
    }
    endWord();
    if (words.length > 0) yield { line, words };
    if (++count > maxStatements) return;
  }
}

function endOfQuote(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return at + 1;
    if (quote === '"' && text[at] === "\\") at++;
  }
  return text.length;
}

/** A backslash at the end goes on in the next line. */
function* joinContinued(lines: readonly TextLine[]): Generator<TextLine> {
  let open: string[] = [];
  let line = 0;
  for (const next of lines) {
    if (open.length === 0) line = next.line;
    if (next.text.endsWith("\\")) {
      open.push(next.text.slice(0, -1).trim());
      continue;
    }
    yield { line, text: [...open, next.text].join(" ") };
    open = [];
  }
  if (open.length > 0) yield { line, text: open.join(" ") };
}

const maxValueLength = 8192;

/** Takes quotes and backslashes away and puts values in for `$name` and `${name}`; what was never set is empty. */
export function evaluate(word: string, valueOf: (name: string) => string): string {
  let result = "";
  let quote = "";
  for (let at = 0; at < word.length && result.length < maxValueLength; at++) {
    const character = word[at] ?? "";
    if (quote === "'" && character !== "'") result += character;
    else if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (character === "\\") result += word[++at] ?? "";
    else if (character === "$") {
      variable.lastIndex = at;
      const found = variable.exec(word);
      if (found === null) result += character;
      else {
        result += valueOf(found[1] ?? found[2] ?? "");
        at += found[0].length - 1;
      }
    } else result += character;
  }
  return result.slice(0, maxValueLength);
}

const variable = /\$(?:\{(\w+)\}|(\w+|\?))/y;

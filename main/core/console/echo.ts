/**
 * Where the echo of what was typed ends in the guest's output after `from`; null: not all of it is there. Line
 * editors and dialogs put escape sequences, line breaks and redrawn text between, and skip blanks and fill
 * characters that stand there already; so the visible characters are looked for in their order.
 */
export function echoEnd(output: string, from: number, typed: string): number | null {
  let at = from;
  for (const char of typed) {
    if (/[\s_]/.test(char) || char < " " || char === "\u007f") continue;
    const found = output.indexOf(char, at);
    if (found < 0) return null;
    at = found + char.length;
  }
  return at;
}

/**
 * Styles as tokens, so that text out of images and providers can be made harmless after the lines are put
 * together: the writer first shows every control character, and only then turns tokens into escape sequences.
 * The tokens are private-use code points; foreign text that holds them can at most look bold.
 */
const end = "\uf8f0";
const sequences = {
  "\uf8f1": "\u001b[1m",
  "\uf8f2": "\u001b[2m",
  "\uf8f3": "\u001b[31m",
  "\uf8f4": "\u001b[32m",
  "\uf8f5": "\u001b[33m",
  "\uf8f6": "\u001b[36m",
  [end]: "\u001b[0m",
} as const;

const styled =
  (token: keyof typeof sequences) =>
  (text: string): string =>
    `${token}${text}${end}`;

export const bold = styled("\uf8f1");
export const dim = styled("\uf8f2");
export const red = styled("\uf8f3");
export const green = styled("\uf8f4");
export const yellow = styled("\uf8f5");
export const cyan = styled("\uf8f6");

const tokens = /[\uf8f0-\uf8f6]/g;

export const withoutStyle = (text: string): string => text.replace(tokens, "");

/** Tokens to escape sequences, or to nothing. */
export const applyStyle = (text: string, colours: boolean): string =>
  colours ? text.replace(tokens, (token) => sequences[token as keyof typeof sequences]) : withoutStyle(text);

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const obeyed = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Control characters as `\x1b`, and the marks that turn the direction of text as `\u202e`. Line feeds and tabs
 * become visible too: a name must not make a second line.
 */
export function visible(text: string): string {
  return text.replace(obeyed, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/**
 * glob(7) over a whole name: `*`, `?`, `[a-z]`, `[!a]`. `*` also takes slashes and dots. Works in time bounded
 * by the product of both lengths: patterns come out of an image.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokenize(pattern.slice(0, 512));
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === "any") {
      star = token++;
      starAt = at;
    } else if (current !== undefined && current(text.charAt(at))) {
      token++;
      at++;
    } else if (star !== -1) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === "any") token++;
  return token === tokens.length;
}

type Token = "any" | ((character: string) => boolean);

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const end = character === "[" ? pattern.indexOf("]", at + 2) : -1;
    if (character === "*") tokens.push("any");
    else if (character === "?") tokens.push(() => true);
    else if (end !== -1) {
      tokens.push(setOf(pattern.slice(at + 1, end)));
      at = end;
    } else if (character === "\\" && at + 1 < pattern.length) {
      const literal = pattern.charAt(++at);
      tokens.push((other) => other === literal);
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function setOf(text: string): (character: string) => boolean {
  const isNegated = text.startsWith("!") || text.startsWith("^");
  const inside = isNegated ? text.slice(1) : text;
  return (character) => {
    let isIn = false;
    for (let at = 0; at < inside.length; at++) {
      const isRange = inside.charAt(at + 1) === "-" && at + 2 < inside.length;
      const last = isRange ? inside.charAt(at + 2) : inside.charAt(at);
      if (character >= inside.charAt(at) && character <= last) isIn = true;
      if (isRange) at += 2;
    }
    return isIn !== isNegated;
  };
}

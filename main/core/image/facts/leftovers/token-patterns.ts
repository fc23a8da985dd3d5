/** How much of a text is looked at; histories and shell files are far smaller. */
export const maxTokenTextBytes = 128 * 1024;
/** A line longer than this is no command and no setting. */
const maxLineChars = 4096;

/**
 * Tokens that tell by their own look what they open. Every quantifier is bounded at one end and no two can eat
 * the same characters, so that a hostile text costs no more than its length.
 */
const tokens: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["GitHub token", /\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{60}/],
  ["DigitalOcean token", /\bdo[opr]_v1_[a-f0-9]{64}\b/],
  ["GitLab token", /\bglpat-[A-Za-z0-9_-]{20}/],
  ["Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{20}/],
  ["Google API key", /\bAIza[0-9A-Za-z_-]{35}/],
  ["Stripe key", /\b[rs]k_live_[0-9A-Za-z]{20}/],
  ["npm token", /\bnpm_[A-Za-z0-9]{36}/],
  ["PyPI token", /\bpypi-AgE[A-Za-z0-9_-]{30}/],
  ["Vault token", /\bhvs\.[A-Za-z0-9_-]{24}/],
  ["Private key", /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/],
];

/** `export DB_PASSWORD=…`: a secret by its name. References to other variables and commands are none. */
const assignment =
  /(?:^|[\s;])([A-Z][A-Z0-9_]{0,60}(?:TOKEN|SECRET|PASSWORD|PASSWD|SECRET_KEY|SECRET_ACCESS_KEY|API_KEY))=(["']?)([^\s"'$`<;]{8,200})/;

/** What one line gives away; null when nothing. Examples in documentation are left out. */
function tokenIn(line: string): string | null {
  const text = line.length > maxLineChars ? line.slice(0, maxLineChars) : line;
  for (const [name, pattern] of tokens) {
    const found = pattern.exec(text);
    if (found !== null && !/EXAMPLE/.test(found[0])) return name;
  }
  const named = /^\s*#/.test(text) ? null : assignment.exec(text);
  return named === null ? null : `value of ${named[1]}`;
}

/** Each kind of token once, with the first line it stands on. */
export function tokensIn(text: string): { readonly what: string; readonly line: number }[] {
  const found = new Map<string, number>();
  let line = 0;
  for (const part of text.slice(0, maxTokenTextBytes).split("\n")) {
    line++;
    const what = part.length < 12 ? null : tokenIn(part);
    if (what !== null && !found.has(what) && found.size < 10) found.set(what, line);
  }
  return [...found].map(([what, at]) => ({ what, line: at }));
}

/** Replaces secrets in text that goes to a log. Knows registered values and the usual shapes of credentials. */
export interface Redactor {
  register(secret: string): void;
  redact(text: string): string;
}

const mask = "***";

/** Below this a value is too common to be replaced everywhere without making the log unreadable. */
const shortestSecret = 4;

/** Shapes: HTTP authorization values, DigitalOcean tokens, JWTs, AWS key ids, signed URL parameters. */
const shapes: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic|Token)\s+[\w.~+/=-]{8,}/gi, `$1 ${mask}`],
  [/\bdo[opr]_v1_[0-9a-f]{16,}/gi, mask],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mask],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, mask],
  [/([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|sig|token)=)[^&\s"']+/gi, `$1${mask}`],
  [
    /("(?:[\w-]*(?:token|secret|password|authorization|cookie)[\w-]*)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    `$1"${mask}"`,
  ],
];

export function createRedactor(): Redactor {
  const known = new Set<string>();
  return {
    register(secret) {
      if (secret.length < shortestSecret) return;
      known.add(secret);
      // As it appears in URLs and inside JSON strings.
      known.add(encodeURIComponent(secret));
      known.add(JSON.stringify(secret).slice(1, -1));
    },
    redact(text) {
      let clean = text;
      // Longest first: a secret may contain another one.
      for (const secret of [...known].sort((a, b) => b.length - a.length)) {
        clean = clean.replaceAll(secret, mask);
      }
      for (const [shape, replacement] of shapes) clean = clean.replace(shape, replacement);
      return clean;
    },
  };
}

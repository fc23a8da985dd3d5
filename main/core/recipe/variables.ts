/** `{{name}}` or `{{machine.publicKey}}`. Other tools' braces (`{{.Names}}`, `${HOME}`) are left alone. */
const reference = /\{\{\s*([A-Za-z][A-Za-z0-9_.]*)\s*\}\}/g;

/** What every recipe may name without declaring it. */
export const builtInVariables = ["machine.publicKey"] as const;

/** The variables that a text names, with where each begins. */
export const namedIn = (text: string): { name: string; at: number }[] =>
  [...text.matchAll(reference)].map((match) => ({ name: match[1] ?? "", at: match.index }));

/** Puts values for variables into every text of a value. An unknown one stays as it is written. */
export function substitute<T>(value: T, values: ReadonlyMap<string, string>): T {
  return mapTexts(value, (text) =>
    text.replaceAll(reference, (whole, name: string) => values.get(name) ?? whole),
  ) as T;
}

/** Whether a text names one of these. */
export const names = (text: string, wanted: ReadonlySet<string>): boolean =>
  namedIn(text).some(({ name }) => wanted.has(name));

/** Every text in a value, in order, with its path. */
export function textsOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): { path: (string | number)[]; text: string }[] {
  if (typeof value === "string") return [{ path: [...path], text: value }];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsOf(one, [...path, index]));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, one]) => textsOf(one, [...path, key]));
  return [];
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]));
  return value;
}

/** The same value with every secret covered: for errors and messages. */
export function mask<T>(value: T, secrets: readonly string[]): T {
  const known = secrets.filter((secret) => secret.length >= 3).toSorted((a, b) => b.length - a.length);
  return mapTexts(value, (text) =>
    known.reduce((covered, secret) => covered.replaceAll(secret, "***"), text),
  ) as T;
}

import { AppError } from "#core/lib/app-error.ts";

/**
 * The one thing that a word names: by id, by exact name, or by a unique beginning of name or id. Throws
 * `not-found`, or `bad-input` with the candidates when several fit.
 */
export function findByName<T extends { id: string; name: string }>(
  kind: string,
  word: string,
  things: Iterable<T>,
): T {
  const all = [...things];
  const rules: ((thing: T) => boolean)[] = [
    ({ id }) => id === word,
    ({ name }) => name === word,
    ({ name }) => name.toLowerCase() === word.toLowerCase(),
    ({ name, id }) => name.startsWith(word) || id.startsWith(word),
    ({ name }) => name.toLowerCase().startsWith(word.toLowerCase()),
  ];
  for (const fits of rules) {
    const found = all.filter(fits);
    if (found.length > 1) throw ambiguous(kind, word, found);
    const [only] = found;
    if (only !== undefined) return only;
  }
  const known = all.map(({ name }) => name);
  throw new AppError("not-found", `There is no ${kind} named ${word}`, {
    hint:
      known.length === 0
        ? `There is no ${kind} at all yet.`
        : `There ${known.length === 1 ? "is" : "are"}: ${known.slice(0, 20).join(", ")}`,
  });
}

function ambiguous(kind: string, word: string, found: readonly { id: string; name: string }[]): AppError {
  const candidates = found.map(({ id, name }) => `${name} (${id})`);
  return new AppError("bad-input", `${word} names more than one ${kind}`, {
    hint: `Use the id: ${candidates.join(", ")}`,
    details: { candidates: found.map(({ id, name }) => ({ id, name })) },
  });
}

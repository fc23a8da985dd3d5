/** A step as it stands in a recipe's YAML. */
export type RecordedStep = string | Readonly<Record<string, unknown>>;

/** What one step may hold (`recipe-document.ts`). */
const longest = /[\s\S]{1,10000}/g;
const mostKeys = 100;

/** Steps in the making. Secret values are held only to give the same one the same name. */
export class StepList {
  readonly #steps: RecordedStep[] = [];
  readonly #secrets = new Map<string, string>();

  add(step: RecordedStep): void {
    this.#steps.push(step);
  }

  expectPrompt(prompt: string): void {
    if (prompt !== "") this.add({ expect: { prompt: literalBraces(prompt) } });
  }

  type(text: string, enter = true): void {
    const pieces = literalBraces(text).match(longest) ?? [""];
    pieces.forEach((piece, index) => {
      const isLast = index === pieces.length - 1;
      this.add({ type: enter && isLast ? piece : { text: piece, enter: false } });
    });
  }

  typeSecret(value: string, prompt: string, enter = true): void {
    const known = this.#secrets.get(value);
    const base = /pass/i.test(prompt) || prompt.trim() === "" ? "password" : "secret";
    const taken = [...this.#secrets.values()];
    const count = taken.filter((name) => name.startsWith(base)).length;
    const name = known ?? (count === 0 ? base : `${base}${count + 1}`);
    this.#secrets.set(value, name);
    const text = `{{${name}}}`;
    this.add({ type: enter ? text : { text, enter } });
  }

  choose(entry: string, title: string | null): void {
    const text = entry.split(/\s{2,}/)[0] ?? entry;
    this.add({ choose: title === null ? text : { entry: text, in: title } });
  }

  press(keys: readonly string[]): void {
    for (let at = 0; at < keys.length; at += mostKeys) {
      const some = keys.slice(at, at + mostKeys);
      this.add({ press: some.length === 1 ? some[0] : some });
    }
  }

  /** Answers the steps and the names of the secrets, and forgets their values. */
  finish(): { steps: RecordedStep[]; secrets: string[] } {
    const secrets = [...new Set(this.#secrets.values())];
    this.#secrets.clear();
    return { steps: [...this.#steps], secrets };
  }
}

/** `{{x}}` that a person typed is no variable. */
export const literalBraces = (text: string): string => text.replaceAll(/\{\{(?=\s*[A-Za-z])/g, "{ {");

/** A step as it stands in a recipe's YAML. */
export type RecordedStep = string | Readonly<Record<string, unknown>>;

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
    this.add({ type: enter ? literalBraces(text) : { text: literalBraces(text), enter } });
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
    this.add({ press: keys.length === 1 ? keys[0] : [...keys] });
  }

  /** Answers the steps and the names of the secrets, and forgets their values. */
  finish(): { steps: RecordedStep[]; secrets: string[] } {
    const secrets = [...new Set(this.#secrets.values())];
    this.#secrets.clear();
    return { steps: [...this.#steps], secrets };
  }
}

/** `{{x}}` that a person typed is no variable. */
const literalBraces = (text: string): string => text.replaceAll(/\{\{(?=\s*[A-Za-z])/g, "{ {");

import type { RecipeProblem } from "#contract/recipe.ts";
import type { RecipeHead } from "#contract/recipe-document.ts";
import { keyNames, keySequence } from "#core/console/keys.ts";
import { nearestName } from "#core/lib/nearest-name.ts";
import { checkAmounts } from "./check-amounts.ts";
import type { PlacedStep } from "./recipe.ts";
import { builtInVariables, namedIn, textsOf } from "./variables.ts";
import type { YamlPath, YamlText } from "./yaml-text.ts";

/** Nobody corrects more at once, and a text of nothing but faults should not fill a screen for minutes. */
export const maxProblems = 100;

/** Faults that no schema sees: unknown variables and keys, broken patterns, steps in an order that cannot work. */
export function checkSense(
  { head, steps }: { head: RecipeHead | null; steps: readonly PlacedStep[] },
  yaml: YamlText,
): RecipeProblem[] {
  const problems: RecipeProblem[] = [];
  const tell = (path: YamlPath, message: string): void => void problems.push(yaml.problem(path, message));
  const declared = [...Object.keys(head?.variables ?? {}), ...builtInVariables];
  for (const { path, text } of head === null ? [] : textsOf(yaml.value)) {
    if (path[0] === "variables") continue;
    if (problems.length >= maxProblems) break;
    for (const { name } of namedIn(text)) {
      if (declared.includes(name)) continue;
      const near = nearestName(name, declared);
      const how = near === null ? "declare it under `variables:`" : `did you mean \`${near}\`?`;
      tell(path, `There is no variable \`${name}\`; ${how}`);
    }
  }
  checkAmounts({ head, steps }, tell);
  const checkpoints = new Set<string>();
  let compacted = false;
  let ssh = false;
  steps.forEach(({ name, value, index }) => {
    const path = ["steps", index, name];
    const pattern = (field: string, source: string | undefined): void => {
      if (source === undefined) return;
      try {
        new RegExp(source, "u").test("");
      } catch (error) {
        tell([...path, field], `This is no pattern: ${String(error).replace(/^.*\/u?: /, "")}`);
      }
    };
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the other steps have nothing to check
    switch (name) {
      case "expect":
        if (typeof value === "string") break;
        if ([value.text, value.pattern, value.prompt].filter((one) => one !== undefined).length !== 1)
          tell(path, "`expect` needs one of `text`, `pattern` and `prompt`");
        pattern("pattern", value.pattern);
        break;
      case "choose":
        if (typeof value === "string") break;
        if ((value.entry === undefined) === (value.pattern === undefined))
          tell(path, "`choose` needs either `entry` or `pattern`");
        pattern("pattern", value.pattern);
        break;
      case "press":
        for (const { path: inner, text } of textsOf(value)) {
          if (keySequence(text) !== null) continue;
          const near = nearestName(text, keyNames);
          tell(
            [...path, ...inner],
            `There is no key \`${text}\`${near === null ? "" : `; did you mean \`${near}\`?`}`,
          );
        }
        break;
      case "checkpoint": {
        const title = typeof value === "string" ? value : value.name;
        if (checkpoints.has(title)) tell(path, `Two checkpoints have the name \`${title}\``);
        checkpoints.add(title);
        break;
      }
      case "login":
        if (value.over === "ssh") ssh = true;
        break;
      case "copy":
        if (!ssh && !usesKey(head))
          tell(path, "`copy` goes over SSH: put a `login` with `over: ssh` before it");
        break;
      case "compact":
        compacted = true;
        break;
      case "publish":
        if (!compacted) tell(path, "`publish` needs an image: put `compact` before it");
        break;
      default:
    }
  });
  return problems;
}

/** Unattended answers can bring the machine's key, and no login is needed then. */
const usesKey = (head: RecipeHead | null): boolean =>
  textsOf(head?.install).some(({ text }) => namedIn(text).some(({ name }) => name === "machine.publicKey"));

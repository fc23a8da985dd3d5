import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { RecipeProblem } from "#contract/recipe.ts";

/** Keys and indices from the root to a value. */
export type YamlPath = readonly (string | number)[];

/** A YAML document whose values can be traced to where they stand. */
export interface YamlText {
  /** As plain data; null when there are problems. */
  readonly value: unknown;
  readonly problems: readonly RecipeProblem[];
  /** At the value of this path; where there is none, at the nearest value around it. */
  problem(path: YamlPath, message: string): RecipeProblem;
  /** At the last key of this path. */
  keyProblem(path: YamlPath, message: string): RecipeProblem;
}

/** Aliases are how a small file becomes a huge one; no recipe needs more. */
const maxAliases = 50;

export function openYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.2",
    schema: "core",
  });
  const at = (offset: number, message: string): RecipeProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const problems = document.errors.map(({ pos, message }) =>
    at(pos[0], message.replace(/ at line \d.*/s, "")),
  );
  let value: unknown = null;
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: maxAliases });
    } catch {
      problems.push(at(0, "The document repeats itself through too many aliases"));
    }
  }

  function startOf(path: YamlPath): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }

  return {
    value,
    problems,
    problem: (path, message) => at(startOf(path), message),
    keyProblem(path, message) {
      const around: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(around)
        ? around.items.find(
            (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
          )
        : undefined;
      const key = pair?.key;
      return at(isNode(key) && key.range ? key.range[0] : startOf(path), message);
    },
  };
}

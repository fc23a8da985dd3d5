import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { maxRecipeChars, type RecipeProblem } from "#contract/recipe.ts";
import { findHazard } from "./yaml-hazards.ts";

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

/** Never throws, whatever the text is: what is too large, too deep or refers to itself is a problem with its place. */
export function openYaml(text: string): YamlText {
  if (text.length > maxRecipeChars) return tooLarge(text);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.2",
    schema: "core",
    // A tag would make something else than texts, numbers, lists and maps of what stands there.
    resolveKnownTags: false,
    logLevel: "error",
  });
  const at = (offset: number, message: string): RecipeProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const problems = [...document.errors, ...document.warnings].map(({ pos, code, message }) =>
    at(pos[0], ownWords[code] ?? faultWords(message)),
  );
  let value: unknown = null;
  if (problems.length === 0) {
    const hazard = findHazard(document);
    if (hazard === null) value = document.toJS({ maxAliasCount: -1 }); // they were counted
    else problems.push(at(hazard.offset, hazard.message));
  }
  return { value, problems, ...placesIn(document, at) };
}

const ownWords: Partial<Record<string, string>> = {
  DUPLICATE_KEY: "This field stands here twice",
  MULTIPLE_DOCS: "A second document begins here; a recipe is one",
  TAG_RESOLVE_FAILED: "Tags (`!…`) have no meaning in a recipe",
};

const faultWords = (message: string): string =>
  /call stack/i.test(message) ? "This is nested too deeply" : message.replace(/ at line \d.*/s, "");

function placesIn(
  document: Document.Parsed,
  at: (offset: number, message: string) => RecipeProblem,
): Pick<YamlText, "problem" | "keyProblem"> {
  function startOf(path: YamlPath): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }
  return {
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

function tooLarge(text: string): YamlText {
  const lines = text.slice(0, maxRecipeChars).split("\n");
  const problem: RecipeProblem = {
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    message: `A recipe has at most ${maxRecipeChars / 1024} KiB; copy large files into the guest with \`copy\``,
  };
  return { value: null, problems: [problem], problem: () => problem, keyProblem: () => problem };
}

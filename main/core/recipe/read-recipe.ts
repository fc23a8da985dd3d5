import type { z } from "zod";
import type { RecipeProblem } from "#contract/recipe.ts";
import {
  bareSteps,
  RecipeHeadSchema,
  recipeStepNames,
  recipeSteps,
  type RecipeStep,
  type RecipeStepName,
} from "#contract/recipe-document.ts";
import { AppError } from "#core/lib/app-error.ts";
import { nearestName } from "#core/lib/nearest-name.ts";
import { checkSense, maxProblems } from "./check-sense.ts";
import { issueWords } from "./issue-words.ts";
import type { PlacedStep, Recipe } from "./recipe.ts";
import { openYaml, type YamlPath, type YamlText } from "./yaml-text.ts";

export interface ReadRecipe {
  /** null when there are problems. */
  readonly recipe: Recipe | null;
  readonly problems: readonly RecipeProblem[];
}

/** Reads a recipe; every fault is told with the line and column where it stands. Never throws. */
export function readRecipe(text: string): ReadRecipe {
  const yaml = openYaml(text);
  if (yaml.problems.length > 0) return { recipe: null, problems: yaml.problems };
  const problems: RecipeProblem[] = [];
  const root = yaml.value;
  if (!isMap(root))
    return { recipe: null, problems: [yaml.problem([], "A recipe begins with `name:` and `steps:`")] };
  const { steps: listed, ...rest } = root;
  const head = RecipeHeadSchema.safeParse(rest);
  if (!head.success)
    problems.push(...head.error.issues.flatMap((issue) => problemsOf(yaml, [], issue, headNames)));
  const steps: PlacedStep[] = [];
  if (!Array.isArray(listed) || listed.length === 0)
    problems.push(
      yaml.problem(listed === undefined ? [] : ["steps"], "`steps:` needs a list of at least one step"),
    );
  else
    listed.forEach((entry: unknown, index) => {
      if (problems.length >= maxProblems) return;
      const step = readStep(yaml, entry, index);
      if (Array.isArray(step)) problems.push(...step);
      else steps.push({ ...step, line: yaml.problem(["steps", index], "").line, index });
    });
  // What could be read is judged as well, so that one round of corrections is enough.
  const told = [...problems, ...checkSense({ head: head.success ? head.data : null, steps }, yaml)].toSorted(
    (one, other) => one.line - other.line || one.column - other.column,
  );
  if (told.length > 0 || !head.success) return { recipe: null, problems: told.slice(0, maxProblems) };
  return { recipe: { head: head.data, steps }, problems: [] };
}

/** Throws `bad-input` with all problems in the details. */
export function parseRecipe(text: string): Recipe {
  const { recipe, problems } = readRecipe(text);
  if (recipe !== null) return recipe;
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new AppError("bad-input", `Line ${first?.line}, column ${first?.column}: ${first?.message}${more}`, {
    hint: "Correct the recipe.",
    details: { problems },
  });
}

const headNames = [...Object.keys(RecipeHeadSchema.shape), "steps"];
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isStepName = (name: string): name is RecipeStepName => Object.hasOwn(recipeSteps, name);

function readStep(yaml: YamlText, entry: unknown, index: number): RecipeStep | RecipeProblem[] {
  const path = ["steps", index];
  if (typeof entry === "string") {
    if (!isStepName(entry)) return [yaml.problem(path, unknownStep(entry))];
    if (!bareSteps.includes(entry))
      return [yaml.problem(path, `\`${entry}\` needs a value: write \`${entry}: …\``)];
    return { name: entry, value: null } as RecipeStep;
  }
  const names = isMap(entry) ? Object.keys(entry) : [];
  const [name] = names;
  if (!isMap(entry) || name === undefined)
    return [yaml.problem(path, "A step is written as `- name: value`")];
  if (!isStepName(name)) return [yaml.keyProblem([...path, name], unknownStep(name))];
  const second = names[1];
  if (second !== undefined)
    return [yaml.keyProblem([...path, second], `A step has one name; put \`- \` before \`${second}\``)];
  const parsed = recipeSteps[name].safeParse(entry[name]);
  if (parsed.success) return { name, value: parsed.data } as RecipeStep;
  return parsed.error.issues.flatMap((issue) => problemsOf(yaml, [...path, name], issue, []));
}

const unknownStep = (name: string): string => {
  const near = nearestName(name, recipeStepNames);
  return `There is no step \`${name}\`${near === null ? `; known are ${recipeStepNames.join(", ")}` : `; did you mean \`${near}\`?`}`;
};

/** One line for people from one of zod's issues, at the place of the value or of the unknown key. */
function problemsOf(
  yaml: YamlText,
  base: YamlPath,
  issue: z.core.$ZodIssue,
  known: readonly string[],
): RecipeProblem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const near = nearestName(key, [...siblings(path), ...known]);
      return yaml.keyProblem(
        [...path, key],
        `Unknown field \`${key}\`${near === null ? "" : `; did you mean \`${near}\`?`}`,
      );
    });
  if (issue.code === "invalid_union") {
    // Of several forms the one that was meant went deepest, or is the one for a map where a map was written.
    // Of those the one that knows most of the fields.
    const forms = issue.errors.toSorted((a, b) => depth(b) - depth(a) || unknownIn(a) - unknownIn(b));
    const [meant] = forms;
    if (meant === undefined || depth(meant) === 0) return [yaml.problem(path, formWords(path))];
    return meant.flatMap((inner) => problemsOf(yaml, path, inner, known));
  }
  return [yaml.problem(path, issueWords(issue))];
}

const depth = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(0, ...issues.map(({ code, path }) => (code === "unrecognized_keys" ? 1 : path.length)));

const unknownIn = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 0), 0);

const formWords = (path: YamlPath): string =>
  `This value of \`${path.findLast((part) => typeof part === "string") ?? "it"}\` has a wrong form`;

/** Known fields at the place of an unknown one. */
function siblings(path: YamlPath): string[] {
  const [first, , name] = path;
  const schema: unknown =
    first === "steps" && typeof name === "string" && isStepName(name)
      ? recipeSteps[name]
      : typeof first === "string"
        ? RecipeHeadSchema.shape[first as keyof typeof RecipeHeadSchema.shape]
        : null;
  return fieldsOf(schema);
}

/** The fields of an object schema, through `optional`, `nullable` and unions. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if ("shape" in schema && isMap(schema.shape))
    return Object.entries(schema.shape).flatMap(([name, inner]) => [name, ...fieldsOf(inner)]);
  if ("options" in schema && Array.isArray(schema.options)) return schema.options.flatMap(fieldsOf);
  if ("unwrap" in schema && typeof schema.unwrap === "function") return fieldsOf(schema.unwrap());
  return [];
}

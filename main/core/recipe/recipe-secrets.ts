import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Secrets } from "#ports/ports.ts";
import type { Recipe } from "./recipe.ts";

/** Values of a build's variables: plain ones, and the name under which the secret ones rest. */
export interface KeptVariables {
  readonly plain: Record<string, string>;
  readonly secretsName: string | null;
}

const SecretsSchema = z.record(z.string(), z.string());

/** The variables whose values must never be written down. */
export const secretVariables = ({ head }: Pick<Recipe, "head">): string[] =>
  Object.entries(head.variables ?? {}).flatMap(([name, one]) =>
    typeof one === "object" && one.secret === true ? [name] : [],
  );

/**
 * Sorts what was given for a recipe's variables and puts the secret ones with the secrets. Throws `bad-input` for
 * a variable that the recipe does not have, and for one without a value.
 */
export async function keepVariables(
  recipe: Pick<Recipe, "head">,
  given: Readonly<Record<string, string>>,
  secrets: Secrets,
): Promise<KeptVariables> {
  const declared = recipe.head.variables ?? {};
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined) throw new AppError("bad-input", `The recipe has no variable ${unknown}`);
  const hidden = secretVariables(recipe);
  const values = Object.entries(declared).map(([name, one]): [string, string] => {
    const value = given[name] ?? (typeof one === "string" ? one : one.default);
    if (value !== undefined) return [name, value];
    throw new AppError("bad-input", `The variable ${name} has no value`, {
      hint: `Give it ${hidden.includes(name) ? "" : `with --var ${name}=…, or `}in the environment as GOLDSMITH_VAR_${name.toUpperCase()}.`,
      details: { variable: name },
    });
  });
  const plain = Object.fromEntries(values.filter(([name]) => !hidden.includes(name)));
  const secret = Object.fromEntries(values.filter(([name]) => hidden.includes(name)));
  if (hidden.length === 0) return { plain, secretsName: null };
  const secretsName = `build/${newId()}`;
  await secrets.set(secretsName, JSON.stringify(secret));
  return { plain, secretsName };
}

/** All values, and which of them are secret. */
export async function readVariables(
  { plain, secretsName }: KeptVariables,
  secrets: Secrets,
): Promise<{ values: Map<string, string>; secret: string[] }> {
  if (secretsName === null) return { values: new Map(Object.entries(plain)), secret: [] };
  const kept = await secrets.get(secretsName);
  if (kept === null)
    throw new AppError("not-found", "The secrets of this build are gone", { hint: "Start the build anew." });
  const hidden = SecretsSchema.parse(JSON.parse(kept));
  return { values: new Map(Object.entries({ ...plain, ...hidden })), secret: Object.values(hidden) };
}

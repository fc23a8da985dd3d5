import { access } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { PlacedStep, Recipe } from "./recipe.ts";
import { namedIn, substitute } from "./variables.ts";

/**
 * Looks for what a late step will need before the first one begins: the files to copy and the accounts to publish to.
 * What is named by a secret is not looked for. Throws `not-found` with the line.
 */
export async function assertNeeds(
  { steps }: Pick<Recipe, "steps">,
  plain: Readonly<Record<string, string>>,
  world: { folder: string; findAccount: (nameOrId: string) => string },
): Promise<void> {
  const values = new Map(Object.entries(plain));
  for (const one of steps) {
    const step = substitute(one, values);
    if (step.name === "copy" && namedIn(step.value.from).length === 0) await assertFile(step, world.folder);
    if (step.name === "publish" && namedIn(step.value.to).length === 0) assertAccount(step, world);
  }
}

async function assertFile(
  { line, value: { from } }: Extract<PlacedStep, { name: "copy" }>,
  folder: string,
): Promise<void> {
  const path = isAbsolute(from) ? from : join(folder, from);
  await access(path).catch((cause: unknown) => {
    throw new AppError("not-found", `Line ${line}, \`copy\`: ${path} is not there`, { cause });
  });
}

function assertAccount(
  { line, value }: Extract<PlacedStep, { name: "publish" }>,
  world: { findAccount: (nameOrId: string) => string },
): void {
  try {
    world.findAccount(value.to);
  } catch (error) {
    const { code, message, hint } = AppError.from(error);
    throw new AppError(code, `Line ${line}, \`publish\`: ${message}`, { hint, cause: error });
  }
}

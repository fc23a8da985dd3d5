import { AppError } from "#core/lib/app-error.ts";
import type { PlacedStep } from "./recipe.ts";

/** Where in the recipe it went wrong stands first. */
export function atStep(error: AppError, { name, line }: PlacedStep): AppError {
  const { code, message, hint, retry, details } = error;
  if (code === "cancelled") return error;
  const where = `Line ${line}, \`${name}\`: `;
  return new AppError(code, where + message, {
    hint,
    retry,
    details: { ...details, line, step: name },
    cause: error,
  });
}

import type { RecipeHead, RecipeStep } from "#contract/recipe-document.ts";

/** A step with the line where it stands, from 1, and its place in the list, from 0. */
export type PlacedStep = RecipeStep & { readonly line: number; readonly index: number };

/** A recipe that was read without a fault. Texts still hold their `{{variables}}`. */
export interface Recipe {
  readonly head: RecipeHead;
  readonly steps: readonly PlacedStep[];
}

import { z } from "zod";
import { PublishResultSchema } from "./publish.ts";

/** Characters of a recipe; reading one that long takes a fraction of a second. */
export const maxRecipeChars = 512 * 1024;

/** A fault in a recipe, where an editor would show it. Lines and columns count from 1. */
export const RecipeProblemSchema = z.object({ line: z.number(), column: z.number(), message: z.string() });
export type RecipeProblem = z.infer<typeof RecipeProblemSchema>;

/** A value that a build of a recipe needs. */
export const RecipeVariableViewSchema = z.object({
  name: z.string(),
  secret: z.boolean(),
  hasDefault: z.boolean(),
  /** What to ask a person. */
  prompt: z.string(),
});
export type RecipeVariableView = z.infer<typeof RecipeVariableViewSchema>;

/** `result` of a build. */
export const BuildResultSchema = z.object({
  machineId: z.string(),
  imageId: z.string().nullable(),
  checkpoints: z.array(z.string()),
  /** What its `publish` steps have made, in their order. */
  published: z.array(PublishResultSchema).default([]),
  elapsedMs: z.number(),
});
export type BuildResult = z.infer<typeof BuildResultSchema>;

/** What is shown when an expectation was not met: the screen as it was, and what came before. */
export const ScreenEvidenceSchema = z.object({
  waitedFor: z.string(),
  waitedMs: z.number(),
  screen: z.array(z.string()),
  lastLines: z.array(z.string()),
});
export type ScreenEvidence = z.infer<typeof ScreenEvidenceSchema>;

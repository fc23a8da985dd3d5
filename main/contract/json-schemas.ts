import { z } from "zod";
import { ImageFactsSchema } from "./facts.ts";
import { RecipeDocumentSchema } from "./recipe-document.ts";
import { CheckDocumentSchema, InspectDocumentSchema } from "./published.ts";

const described = {
  facts: {
    schema: ImageFactsSchema,
    title: "Facts of a disk image",
    description:
      "What an image is, read from its bytes without booting it. Sizes are in bytes, times in milliseconds. null: looked for and not there, or not looked for; `notes` says what could not be read.",
  },
  inspect: {
    schema: InspectDocumentSchema,
    title: "Output of `goldsmith inspect --json`",
    description: "One entry for each file in the order given: its facts, or the reason why there are none.",
  },
  check: {
    schema: CheckDocumentSchema,
    title: "Output of `goldsmith check --json`",
    description:
      "One entry for each file in the order given. `verdicts` has a provider id for each key; a file that could not be read has `format: null`, no verdicts and an `error`.",
  },
  recipe: {
    schema: RecipeDocumentSchema,
    title: "Recipe of `goldsmith build`",
    description:
      "What a build does, step by step. Texts may hold `{{variables}}`. An editor with YAML support checks a recipe that names this schema in its first line.",
  },
} as const;

/** Names of the schemas, as in `resources/schemas/<name>.schema.json`. */
export const publishedSchemaNames = Object.keys(described) as (keyof typeof described)[];

/** JSON Schema, draft 2020-12, of what is published; `npm run schemas` writes them to resources/schemas/. */
export function publishedSchema(name: keyof typeof described): Record<string, unknown> {
  const { schema, title, description } = described[name];
  const io = name === "recipe" ? "input" : "output";
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io });
  return { $schema, $id: `urn:goldsmith:schema:${name}:1`, title, description, ...rest };
}

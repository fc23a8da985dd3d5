import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { exampleFacts } from "#core/check/testing/example-facts.ts";
import { publishedSchema, publishedSchemaNames } from "./json-schemas.ts";

describe.each(publishedSchemaNames)("resources/schemas/%s.schema.json", (name) => {
  const path = new URL(`../../resources/schemas/${name}.schema.json`, import.meta.url);
  const committed = JSON.parse(readFileSync(path, "utf8")) as object;

  it("is up to date; otherwise run `npm run schemas`", () => {
    expect(committed).toEqual(publishedSchema(name));
  });
  it("is a sound schema of draft 2020-12", () => {
    expect(committed).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
    expect(new Ajv2020({ strict: true, allowUnionTypes: true }).validateSchema(committed)).toBe(true);
  });
});

it("takes facts as they are, and nothing else", () => {
  const validate = new Ajv2020({ allErrors: true }).compile(publishedSchema("facts"));
  expect(validate(exampleFacts()), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...exampleFacts(), fileBytes: "4 GiB" })).toBe(false);
});

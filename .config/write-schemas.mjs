import { writeFileSync } from "node:fs";
import { publishedSchema, publishedSchemaNames } from "../main/contract/json-schemas.ts";

/** `npm run schemas`: the published JSON Schemas, from the contract. */
for (const name of publishedSchemaNames) {
  const path = new URL(`../resources/schemas/${name}.schema.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify(publishedSchema(name), null, 2)}\n`);
}

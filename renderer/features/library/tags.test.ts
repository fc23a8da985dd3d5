import { expect, it } from "vitest";
import { TagsSchema } from "#contract/machine.ts";
import { parseTags } from "./tags.ts";

it("takes words with commas between, each once", () => {
  expect(parseTags(" web, db,web ,, two words ")).toEqual(["web", "db", "two words"]);
  expect(parseTags("")).toEqual([]);
});

it("makes nothing that the contract refuses", () => {
  expect(TagsSchema.safeParse(parseTags(`${"x".repeat(90)},${[...Array(99).keys()].join()}`)).success).toBe(
    true,
  );
});

import { expect, it } from "vitest";
import { matchWords } from "./match-words.ts";

it("wants every word", () => {
  expect(matchWords("deb start", "Start debian-12")).not.toBeNull();
  expect(matchWords("deb stop", "Start debian-12")).toBeNull();
});

it("prefers the beginning of words", () => {
  const start = matchWords("sta", "Start machine") ?? 0;
  const middle = matchWords("tar", "Start machine") ?? 0;
  expect(start).toBeGreaterThan(middle);
});

it("lets everything through without a search", () => {
  expect(matchWords("  ", "anything")).toBe(0);
});

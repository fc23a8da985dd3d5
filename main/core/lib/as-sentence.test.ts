import { expect, it } from "vitest";
import { asSentence } from "./as-sentence.ts";

it.each([
  ["The quota is used up", "The quota is used up."],
  ["It is there already.", "It is there already."],
  ["Really?", "Really?"],
  ["The provider said “no room”", "The provider said “no room”"],
])("%j", (text, sentence) => expect(asSentence(text)).toBe(sentence));

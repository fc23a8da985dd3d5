import { expect, it } from "vitest";
import { nextCell } from "./next-cell.ts";

const grid = { rows: 3, columns: 4 };
it.each([
  ["ArrowRight", false, 0, 1],
  ["ArrowRight", false, 3, 3],
  ["ArrowLeft", false, 4, 4],
  ["ArrowDown", false, 1, 5],
  ["ArrowDown", false, 9, 9],
  ["ArrowUp", false, 2, 2],
  ["Home", false, 6, 4],
  ["End", false, 4, 7],
  ["Home", true, 6, 0],
  ["End", true, 0, 11],
  ["a", false, 5, null],
] as const)("%s (ctrl %s) from %d leads to %s", (key, ctrl, at, to) => {
  expect(nextCell(key, ctrl, at, grid)).toBe(to);
});

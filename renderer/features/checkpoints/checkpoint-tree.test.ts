import { expect, it } from "vitest";
import type { Checkpoint } from "#contract/checkpoint.ts";
import { checkpointRows } from "./checkpoint-tree.ts";

const at = (id: string, parentId: string | null, minute: number): Checkpoint => ({
  id,
  name: id,
  note: "",
  parentId,
  createdAt: `2026-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`,
  withMemory: false,
  diskBytes: 0,
  memoryBytes: 0,
  stage: null,
});
const shape = (checkpoints: Checkpoint[]): string[] =>
  checkpointRows(checkpoints).map(({ checkpoint, depth }) => `${"-".repeat(depth)}${checkpoint.id}`);

it("puts each below what it builds on, oldest first", () => {
  const all = [at("c", "a", 3), at("b", "a", 2), at("d", "b", 4), at("a", null, 1), at("e", null, 5)];
  expect(shape(all)).toEqual(["a", "-b", "--d", "-c", "e"]);
});

it("loses none whose parent is gone, and ends on a ring", () => {
  expect(shape([at("x", "gone", 1)])).toEqual(["x"]);
  expect(shape([at("p", "q", 1), at("q", "p", 2)])).toEqual([]);
});

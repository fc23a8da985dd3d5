import { describe, expect, it } from "vitest";
import { emptyShape, limitWords, shapeOf } from "./shape-draft.ts";

describe("shapeOf", () => {
  it("leaves out what is not limited", () => {
    expect(shapeOf({ ...emptyShape, shape: " VM.Standard2.1 " })).toEqual({
      shape: "VM.Standard2.1",
      ocpus: null,
      memoryGB: null,
    });
    expect(shapeOf({ ...emptyShape, shape: "s", ocpusMin: "1", memoryMin: "6", memoryMax: "24" })).toEqual({
      shape: "s",
      ocpus: { min: 1, max: null },
      memoryGB: { min: 6, max: 24 },
    });
  });

  it.each([
    [{}, "A shape is needed"],
    [{ shape: "s", ocpusMin: "4", ocpusMax: "1" }, "The OCPUs are no range"],
    [{ shape: "s", ocpusMax: "0" }, "The OCPUs are no range"],
    [{ shape: "s", memoryMin: "much" }, "The memory is no range"],
  ])("says what is wrong with %j", (typed, why) => {
    expect(shapeOf({ ...emptyShape, ...typed })).toBe(why);
  });
});

it("limits are told in words", () => {
  expect(
    [null, { min: 1, max: 4 }, { min: 2, max: 2 }, { min: 6, max: null }, { min: null, max: 8 }].map((each) =>
      limitWords(each, "GB"),
    ),
  ).toEqual(["", "1 to 4 GB", "2 GB", "from 6 GB", "up to 8 GB"]);
});

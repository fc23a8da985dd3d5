import { describe, expect, it } from "vitest";
import { inSlices } from "./slices.ts";

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => index);

describe("inSlices", () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [4, [4]],
    [5, [4, 1]],
    [12, [4, 4, 4]],
  ])("%d bytes in slices of at most 4, all of them in order", (count, lengths) => {
    const slices = inSlices(bytes(count), 4);
    expect(slices.map((slice) => slice.length)).toEqual(lengths);
    expect(slices.flatMap((slice) => [...slice])).toEqual([...bytes(count)]);
  });

  it("never gives the terminal a whole piece of the core's at once", () => {
    expect(Math.max(...inSlices(bytes(64 * 1024)).map((slice) => slice.length))).toBeLessThanOrEqual(
      16 * 1024,
    );
  });
});

import { describe, expect, it } from "vitest";
import { replayFrom, replayLimitBytes, splitAtPresent } from "./replay.ts";

const chunk = Uint8Array.of(1, 2, 3, 4);

describe("splitAtPresent", () => {
  it.each([
    [0, 100, [1, 2, 3, 4], []],
    [0, 0, [], [1, 2, 3, 4]],
    [10, 12, [1, 2], [3, 4]],
    [20, 12, [], [1, 2, 3, 4]],
  ])("chunk at %d, present at %d", (start, present, past, live) => {
    const parts = splitAtPresent(chunk, start, present);
    expect([...parts.past]).toEqual(past);
    expect([...parts.live]).toEqual(live);
  });
});

describe("replayFrom", () => {
  it("begins at the first byte unless the transcript is huge", () => {
    expect(replayFrom(0)).toBe(0);
    expect(replayFrom(replayLimitBytes)).toBe(0);
    expect(replayFrom(replayLimitBytes + 5)).toBe(5);
  });
});

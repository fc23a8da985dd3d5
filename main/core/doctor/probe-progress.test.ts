import { describe, expect, it } from "vitest";
import { largestLoopShare, loopResult, loopRounds, readProbe } from "./probe-progress.ts";

const whole = `RPLFT<${".".repeat(loopRounds)}>SU${loopResult}\n`;

describe("what the probe guest says", () => {
  it("is right only when it is complete to the last byte", () => {
    expect(readProbe(whole)).toMatchObject({ state: "right", loop: "after" });
    expect(readProbe(whole.slice(0, -1))).toMatchObject({ state: "running", doing: "reporting its result" });
  });

  it("is wrong from the first byte that does not belong", () => {
    expect(readProbe("RPX")).toMatchObject({ state: "wrong", doing: "entering 64-bit mode with paging" });
    expect(readProbe(`${whole}more`).state).toBe("wrong");
    expect(readProbe(whole.replace(loopResult, "0123456789abcdef")).state).toBe("wrong");
    expect(readProbe("RPLFT<...?")).toMatchObject({ state: "wrong", rounds: 3 });
  });

  it("tells silence from slowness", () => {
    expect(readProbe("")).toMatchObject({ state: "running", loop: "before", doing: "starting" });
    expect(readProbe("RPLFT")).toMatchObject({ loop: "before", doing: "starting to compute" });
    expect(readProbe("RPLFT<..")).toMatchObject({ loop: "inside", rounds: 2 });
  });

  it("counts the work of the doubling rounds", () => {
    expect(largestLoopShare(0)).toBeCloseTo(1 / 16383, 6);
    expect(largestLoopShare(2)).toBeCloseTo(7 / 16383, 6);
    expect(largestLoopShare(13)).toBe(1);
    expect(largestLoopShare(14)).toBe(1);
  });

  it("expects the result that the loop has on a processor that works", { timeout: 120_000 }, () => {
    expect(runLoop()).toBe(loopResult);
  });
});

/** The guest's loop once more, with 64-bit arithmetic in two halves of 32 bits. */
function runLoop(): string {
  const memory = new Uint32Array(2 * 8192);
  let high = 0x2545f491;
  let low = 0x4f6cdd1d;
  let sumHigh = 0;
  let sumLow = 0;
  for (let round = 0; round < loopRounds; round++) {
    for (let left = 1024 * 2 ** round; left > 0; left--) {
      high ^= (high << 13) | (low >>> 19);
      low ^= low << 13;
      low ^= (low >>> 7) | (high << 25);
      high ^= high >>> 7;
      high ^= (high << 17) | (low >>> 15);
      low ^= low << 17;
      const at = ((low & 0xfff8) >>> 3) * 2;
      const low53 = sumLow + (memory[at] ?? 0);
      sumLow = low53 >>> 0;
      sumHigh = (sumHigh + (memory[at + 1] ?? 0) + (low53 > 0xffffffff ? 1 : 0)) >>> 0;
      memory[at] = low >>> 0;
      memory[at + 1] = high >>> 0;
    }
  }
  const low53 = (low >>> 0) + sumLow;
  const resultHigh = ((high >>> 0) + sumHigh + (low53 > 0xffffffff ? 1 : 0)) >>> 0;
  const hex = (value: number): string => value.toString(16).padStart(8, "0");
  return hex(resultHigh) + hex(low53 >>> 0);
}

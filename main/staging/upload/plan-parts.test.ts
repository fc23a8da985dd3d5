import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxObjectBytes, parallelParts, planParts } from "./plan-parts.ts";

const MiB = 1024 * 1024;

describe("planParts", () => {
  it.each([
    [1, 1, 1],
    [8 * MiB, 1, 8 * MiB],
    [8 * MiB + 1, 2, 8 * MiB],
    [40 * MiB, 5, 8 * MiB],
    [10_000 * 8 * MiB, 10_000, 8 * MiB],
    [10_000 * 8 * MiB + 1, 8889, 9 * MiB],
    [100 * 1024 * MiB, 9310, 11 * MiB],
  ])("cuts %i bytes into %i parts of %i bytes", (sizeBytes, count, firstBytes) => {
    const parts = planParts(sizeBytes);
    expect([parts.length, parts[0]?.sizeBytes]).toEqual([count, firstBytes]);
  });

  it("covers every byte once, within the limits of S3", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxObjectBytes }), (sizeBytes) => {
        const parts = planParts(sizeBytes);
        let end = 0;
        for (const [index, part] of parts.entries()) {
          if (part.startByte !== end || part.number !== index + 1) return false;
          end += part.sizeBytes;
          if (index < parts.length - 1 && part.sizeBytes < 5 * MiB) return false;
        }
        return end === sizeBytes && parts.length <= 10_000;
      }),
      { numRuns: 30 },
    );
  });
});

describe("parallelParts", () => {
  it.each([
    [8 * MiB, 4],
    [19 * MiB, 4],
    [20 * MiB, 3],
    [100 * MiB, 2],
  ])("holds parts of %i bytes %i at a time", (partBytes, count) => {
    expect(parallelParts(partBytes)).toBe(count);
    expect(parallelParts(partBytes, 1)).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { formatBytes, formatRate, formatWholeBytes } from "./format-bytes.ts";

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1024, "1.00 KiB"],
    [1536, "1.50 KiB"],
    [10 * 1024, "10.0 KiB"],
    [157.46 * MiB, "157 MiB"],
    [99.96 * MiB, "100 MiB"],
    [1023 * MiB, "1.00 GiB"],
    [25 * GiB, "25.0 GiB"],
    [9 * 1024 ** 5, "9.00 PiB"],
    [5000 * 1024 ** 5, "5000 PiB"],
  ])("%d is %s", (size, text) => {
    expect(formatBytes(size)).toBe(text);
  });

  it("does not print nonsense for nonsense", () => {
    expect(formatBytes(Number.NaN)).toBe("–");
    expect(formatBytes(-1)).toBe("–");
  });
});

describe("formatWholeBytes", () => {
  it("drops zeros after the point only", () => {
    expect(formatWholeBytes(20 * GiB)).toBe("20 GiB");
    expect(formatWholeBytes(1.5 * GiB)).toBe("1.50 GiB");
    expect(formatWholeBytes(100 * GiB)).toBe("100 GiB");
  });
});

it("formats rates", () => {
  expect(formatRate(38.2 * MiB)).toBe("38.2 MiB/s");
});

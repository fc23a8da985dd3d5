import { describe, expect, it } from "vitest";
import { formatClock, formatDuration, formatRemaining } from "./format-duration.ts";

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [17.6, "18 ms"],
    [999.6, "1.0 s"],
    [4200, "4.2 s"],
    [9960, "10 s"],
    [59_600, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [7_620_000, "2 h 07 min"],
    [273_600_000, "3 d 4 h"],
    [-5, "–"],
  ])("%d is %s", (span, text) => {
    expect(formatDuration(span)).toBe(text);
  });
});

describe("formatRemaining", () => {
  it.each([
    [900, "a moment"],
    [7200, "about 7 s"],
    [33_000, "about 35 s"],
    [58_000, "about 1 min"],
    [130_000, "about 2 min"],
    [5_400_000, "about 1.5 h"],
  ])("%d is %s", (span, text) => {
    expect(formatRemaining(span)).toBe(text);
  });
});

describe("formatClock", () => {
  it.each([
    [0, "0:00"],
    [7900, "0:07"],
    [760_000, "12:40"],
    [3_723_000, "1:02:03"],
    [-10, "0:00"],
  ])("%d is %s", (span, text) => {
    expect(formatClock(span)).toBe(text);
  });
});

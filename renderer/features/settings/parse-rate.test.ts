import { describe, expect, it } from "vitest";
import { parseRate } from "./parse-rate.ts";

const MiB = 1024 ** 2;

describe("parseRate", () => {
  it.each([
    ["5", 5 * MiB],
    ["5 MB/s", 5 * MiB],
    ["1.5 MiB/s", 1.5 * MiB],
    ["500k", 500 * 1024],
    [" 2 g/s ", 2048 * MiB],
  ])("reads %j", (text, rate) => expect(parseRate(text)).toBe(rate));

  it.each(["", "fast", "0", "-1", "5 MB/h"])("takes %j for no rate", (text) => {
    expect(parseRate(text)).toBeNull();
  });
});

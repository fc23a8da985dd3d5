import { describe, expect, it } from "vitest";
import { parseSize } from "./parse-size.ts";

const GiB = 1024 ** 3;

describe("parseSize", () => {
  it.each([
    ["20", 20 * GiB],
    ["20 GiB", 20 * GiB],
    [" 1.5g ", 1.5 * GiB],
    ["1,5 G", 1.5 * GiB],
    ["512 MB", 512 * 1024 ** 2],
    ["512m", 512 * 1024 ** 2],
    ["2TiB", 2 * 1024 ** 4],
    ["64k", 64 * 1024],
  ])("%s", (text, size) => {
    expect(parseSize(text)).toBe(size);
  });

  it.each(["", "abc", "-1", "1e9", "10 XB", "1.2.3", "9999999999", "5 G iB"])("refuses %j", (text) => {
    expect(parseSize(text)).toBeNull();
  });
});

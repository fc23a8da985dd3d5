import { describe, expect, it } from "vitest";
import { createTranscriptLines } from "../transcript-lines.ts";
import { formatBytes, formatDuration, parseSize } from "./format.ts";
import { createOutput, jsonDocument } from "./output.ts";
import { bold, red, visible } from "./style.ts";
import { cut, table, width, wrap } from "./table.ts";

describe("sizes and times", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [1_048_000, "1.0 MiB"],
    [160 * 1024 ** 2, "160 MiB"],
    [4 * 1024 ** 3, "4 GiB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, "0.0 s"],
    [9_960, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [7_800_000, "2 h 10 min"],
  ])("%d ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    ["8G", 8 * 1024 ** 3],
    ["512m", 512 * 1024 ** 2],
    ["1.5 GiB", 1.5 * 1024 ** 3],
    ["4096", 4096],
    ["1KB", 1024],
    ["", null],
    ["G", null],
    ["8X", null],
    ["-1G", null],
    ["0.3", null],
  ])("%j is %j", (text, bytes) => expect(parseSize(text)).toBe(bytes));
});

describe("tables", () => {
  it("align columns by cells, not by code units or styles", () => {
    expect(width("日本")).toBe(4);
    expect(width("e\u0301")).toBe(1);
    expect(width(red("ab"))).toBe(2);
    const [head, first, second] = table(
      ["A", "B"],
      [
        ["日本", "x"],
        [bold("abc"), "y"],
      ],
      0,
    );
    expect(head?.replace(/[\uf8f0-\uf8f6]/g, "").indexOf("B")).toBe(6);
    expect(first).toBe("日本  x");
    expect(second).toContain("y");
  });

  it("cut the last column to the terminal", () => {
    expect(table(["A", "B"], [["one", "x".repeat(50)]], 20)[1]).toBe(`one  ${"x".repeat(14)}…`);
    expect(cut("abc", 3)).toBe("abc");
    expect(cut(red("abcdef"), 3)).toMatch(/…\uf8f0$/);
  });

  it("wrap at blanks", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap("averylongword x", 5)).toEqual(["averylongword", "x"]);
  });
});

describe("what is written", () => {
  it("makes control characters visible", () => {
    expect(visible("a\u001b[2Jb\r\n\u0000\u007f\u009b\u202e")).toBe(
      "a\\x1b[2Jb\\x0d\\n\\x00\\x7f\\x9b\\u202e",
    );
    expect(visible("Grüße 日本 🎉 a\u0301")).toBe("Grüße 日本 🎉 a\u0301");
  });

  it("rewrites its status on a terminal and nowhere else", () => {
    const written = (isTTY: boolean): string => {
      let text = "";
      const output = createOutput(
        { write: (piece) => (text += piece), isTTY, columns: 80 },
        { NO_COLOR: "1" },
      );
      output.status("10 %");
      output.status("20 %");
      output.line("done");
      output.status("");
      return text;
    };
    expect(written(false)).toBe("done\n");
    expect(written(true)).toBe("\r\u001b[K10 %\r\u001b[K20 %\r\u001b[Kdone\n");
  });

  it("keeps JSON valid while it escapes", () => {
    const value = { "a\u0080": ["\u2028", "x\u001b"] };
    expect(JSON.parse(jsonDocument(value))).toEqual(value);
    expect(jsonDocument(value)).not.toMatch(/[\u0080\u2028]/);
  });
});

describe("console bytes as lines", () => {
  it("are whole, plain and not empty", () => {
    const lines = createTranscriptLines();
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(lines(bytes("\u001b[1mhel"))).toEqual([]);
    expect(lines(bytes("lo\u001b[0m\r\n\r\n 10%\r 20%\r\nrest"))).toEqual(["hello", " 20%"]);
    expect(lines(bytes("\u001b]0;title\u0007!\n"))).toEqual(["rest!"]);
    expect(lines(bytes("\u001b[5;1Hone\u001b[6;1Htwo\n"))).toEqual(["one", "two"]);
  });
});

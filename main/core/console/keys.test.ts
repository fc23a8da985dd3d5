import { describe, expect, it } from "vitest";
import { keyNames, keySequence, readTyped } from "./keys.ts";

describe("keySequence", () => {
  it("knows keys by the names that people give them", () => {
    expect(keySequence("Enter")).toBe("\r");
    expect(keySequence("Esc")).toBe("\u001b");
    expect(keySequence("Page Down")).toBe("\u001b[6~");
    expect(keySequence("Ctrl-C")).toBe("\u0003");
    expect(keySequence("alt-x")).toBe("\u001bx");
    expect(keySequence("F10")).toBe("\u001b[21~");
    expect(keySequence("hyper")).toBeNull();
    expect(keySequence("constructor")).toBeNull();
  });
});

describe("readTyped", () => {
  it("reads back every key that it can send", () => {
    for (const name of keyNames) {
      const expected = name === "space" ? { text: " " } : { key: name };
      expect(readTyped(keySequence(name) ?? "")).toEqual([expected]);
    }
  });

  it("takes text and keys apart, and leaves out what a terminal answers", () => {
    expect(readTyped("ls -l\r\u001bOA\u0003\u001b[12;40Rü\t")).toEqual([
      { text: "ls -l" },
      { key: "enter" },
      { key: "up" },
      { key: "ctrl-c" },
      { text: "ü" },
      { key: "tab" },
    ]);
  });
});

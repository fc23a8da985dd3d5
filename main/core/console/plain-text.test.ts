import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlainTextReader } from "./plain-text.ts";

const strip = (text: string): string => new PlainTextReader().read(text).text;

describe("PlainTextReader", () => {
  it.each([
    ["colours", "\u001b[1;32mok\u001b[0m\r\n", "ok\n"],
    ["cursor moves", "\u001b[2J\u001b[22;1Ha\u001b[?25lb", "ab"],
    ["a window title ended by BEL", "\u001b]0;root@host\u0007$ ", "$ "],
    ["a window title ended by ST", "\u001b]0;root@host\u001b\\$ ", "$ "],
    ["a device control string", "\u001bP1$r0m\u001b\\x", "x"],
    ["character sets", "\u001b(0lqk\u001b(B", "lqk"],
    ["keypad and reset", "\u001b=\u001b>\u001bcx", "x"],
    ["bells, nulls, backspaces, deletes", "a\u0000\u0007\b\u007fb\tc", "ab\tc"],
    ["a string that never ends stops at the line", "\u001b]0;oops\nnext", "\nnext"],
    ["no ASCII", "Köln 日本 🙂", "Köln 日本 🙂"],
  ])("takes out %s", (_name, input, plain) => {
    expect(strip(input)).toBe(plain);
  });

  it("gives the same text however the input is cut", () => {
    const piece = fc.constantFrom(
      "a",
      "\n",
      "\u001b[31m",
      "\u001b]0;t\u0007",
      "\u001b\\",
      "\u001b(B",
      "[",
      ";",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat({ max: 5 }), { minLength: 1 }), (pieces, lengths) => {
        const input = pieces.join("");
        const reader = new PlainTextReader();
        let text = "";
        for (let at = 0, i = 0; at < input.length; i += 1) {
          const end = at + 1 + (lengths[i % lengths.length] ?? 0);
          text += reader.read(input.slice(at, end)).text;
          at = end;
        }
        expect(text).toBe(strip(input));
      }),
    );
  });

  it("tells where each character ends in the input, so that reading can go on there", () => {
    const input = "\u001b[1mab\u001b[0m\u001b]0;t\u0007c";
    const { text, ends } = new PlainTextReader().read(input);
    expect(text).toBe("abc");
    expect(ends.map((end) => input[end - 1])).toEqual(["a", "b", "c"]);
    for (const [i, end] of ends.entries()) expect(strip(input.slice(end))).toBe(text.slice(i + 1));
  });
});

import { expect, it } from "vitest";
import { keyOf, paceMs, typeText } from "./type-text.ts";

it.each([
  ["a", { keysym: 0x61, shift: false }],
  ["A", { keysym: 0x41, shift: true }],
  ["-", { keysym: 0x2d, shift: false }],
  ["_", { keysym: 0x5f, shift: true }],
  ["7", { keysym: 0x37, shift: false }],
  ["\n", { keysym: 0xff0d, shift: false }],
  ["\u0000", null],
  ["Ä", null],
  ["€", null],
])("knows the key of %j on a US keyboard", (character, key) => {
  expect(keyOf(character)).toEqual(key);
});

it("presses and releases every key once, in order, Shift around it, with a pause after each", async () => {
  const seen: string[] = [];
  const missing = await typeText(
    "a\r\nB\u0000",
    (keysym, down) => seen.push(`${down ? "+" : "-"}${keysym.toString(16)}`),
    new AbortController().signal,
    async (durationMs) => void seen.push(`${durationMs} ms`),
  );
  const pause = `${paceMs} ms`;
  const keys = `+61 -61 ${pause} +ff0d -ff0d ${pause} +ffe1 +42 -42 -ffe1 ${pause}`;
  expect(seen.join(" ")).toBe(keys);
  expect(missing).toBe(1);
});

it("stops when it is told to, between two keys", async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  await typeText(
    "abcdef",
    (keysym, down) => {
      seen.push(`${String.fromCharCode(keysym)} ${down ? "down" : "up"}`);
      if (seen.length === 3) stop.abort();
    },
    stop.signal,
    async () => {},
  );
  expect(seen).toEqual(["a down", "a up", "b down", "b up"]);
});

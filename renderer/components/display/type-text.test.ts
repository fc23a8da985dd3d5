import { expect, it } from "vitest";
import { keysymOf, paceMs, typeText } from "./type-text.ts";

it.each([
  ["a", 0x61],
  ["Ä", 0xc4],
  ["€", 0x010020ac],
  ["😀", 0x0101f600],
  ["\n", 0xff0d],
  ["\u0000", null],
])("knows the key of %j", (character, keysym) => {
  expect(keysymOf(character)).toBe(keysym);
});

it("presses every key once, in order, with a pause after each", async () => {
  const seen: (number | string)[] = [];
  const missing = await typeText(
    "ab\r\nc\u0000",
    (keysym) => seen.push(keysym),
    new AbortController().signal,
    async (durationMs) => void seen.push(`${durationMs} ms`),
  );
  const pause = `${paceMs} ms`;
  expect(seen).toEqual([0x61, pause, 0x62, pause, 0xff0d, pause, 0x63, pause]);
  expect(missing).toBe(1);
});

it("stops when it is told to", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  await typeText(
    "abcdef",
    (keysym) => {
      seen.push(keysym);
      if (seen.length === 2) stop.abort();
    },
    stop.signal,
    async () => {},
  );
  expect(seen).toHaveLength(2);
});

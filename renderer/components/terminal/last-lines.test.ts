import headless from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { lastLines } from "./last-lines.ts";

const screenOf = (text: string): Promise<headless.Terminal> =>
  new Promise((resolve) => {
    const terminal = new headless.Terminal({ cols: 10, rows: 6, allowProposedApi: true });
    terminal.write(text, () => resolve(terminal));
  });

describe("lastLines", () => {
  it("gives the end without the empty rest of the screen", async () => {
    const terminal = await screenOf("one\r\n\r\ntwo\r\n\r\n");
    expect(lastLines(terminal.buffer.active, 10)).toBe("one\n\ntwo");
  });

  it("joins wrapped lines and keeps the blanks between their parts", async () => {
    const terminal = await screenOf("first\r\n123456789 123456789 end");
    expect(lastLines(terminal.buffer.active, 1)).toBe("123456789 123456789 end");
  });

  it("is empty for an empty screen", async () => {
    const terminal = await screenOf("");
    expect(lastLines(terminal.buffer.active, 5)).toBe("");
  });
});

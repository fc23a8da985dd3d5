import { describe, expect, it } from "vitest";
import { lastScreen } from "./console-screen.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const size = { columns: 40, rows: 5 };

describe("the last screen of a transcript", () => {
  it("is what is still to be seen, in colour", async () => {
    const text = await lastScreen(bytes("old\r\n".repeat(10) + "\u001b[31mred\u001b[0m\r\nlogin: "), size);
    expect(text).toContain("\u001b[31mred");
    expect(text).toContain("login: ");
    expect(text.split("old").length - 1).toBe(3);
  });

  it("repeats no question to the terminal", async () => {
    const text = await lastScreen(bytes("a\u001b[6n\u001b[c\u001b[>c\u001bZ\u001b]10;?\u0007b"), size);
    expect(text).toBe("ab");
  });
});

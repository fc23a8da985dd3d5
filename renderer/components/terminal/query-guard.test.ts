import headless from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { guardQueries } from "./query-guard.ts";

/** What a guest asks, and the beginning of xterm's own answer. */
const questions: readonly [name: string, question: string, answer: string][] = [
  ["primary device attributes", "\u001b[c", "\u001b[?1;2c"],
  ["secondary device attributes", "\u001b[>c", "\u001b[>0;"],
  ["cursor position", "\u001b[6n", "\u001b[1;1R"],
  ["private cursor position", "\u001b[?6n", "\u001b[?1;1R"],
  ["mode", "\u001b[?25$p", "\u001b[?25;"],
  ["setting", "\u001bP$qr\u001b\\", "\u001bP1$r"],
];

async function answersTo(question: string, mayAnswer: boolean): Promise<string> {
  const terminal = new headless.Terminal({
    allowProposedApi: true,
    windowOptions: { getWinSizeChars: true },
  });
  guardQueries(terminal, () => mayAnswer);
  let answers = "";
  terminal.onData((text) => (answers += text));
  await new Promise<void>((resolve) => terminal.write(`${question}after`, resolve));
  expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe("after");
  return answers;
}

describe("guardQueries", () => {
  it.each(questions)("swallows a question about %s from the past", async (_name, question) => {
    expect(await answersTo(question, false)).toBe("");
  });

  it.each(questions)(
    "lets xterm answer about %s to a person's live terminal",
    async (_name, question, answer) => {
      expect((await answersTo(question, true)).startsWith(answer)).toBe(true);
    },
  );

  it("swallows a window size report only", async () => {
    expect(await answersTo("\u001b[18t", false)).toBe("");
    expect(await answersTo("\u001b[18t", true)).toBe("\u001b[8;24;80t");
  });
});

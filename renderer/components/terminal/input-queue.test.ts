import { describe, expect, it } from "vitest";
import { createInputQueue } from "./input-queue.ts";

function manualSend() {
  const calls: { text: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const send = (text: string) =>
    new Promise<void>((resolve, reject) => void calls.push({ text, resolve, reject }));
  return { calls, send };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("createInputQueue", () => {
  it("has one call under way and batches what is typed meanwhile", async () => {
    const { calls, send } = manualSend();
    const type = createInputQueue(send, () => undefined);
    type("l");
    type("s");
    type("\r");
    expect(calls.map((call) => call.text)).toEqual(["l"]);
    calls[0]!.resolve();
    await settle();
    expect(calls.map((call) => call.text)).toEqual(["l", "s\r"]);
    calls[1]!.resolve();
    await settle();
    type("x");
    expect(calls.map((call) => call.text)).toEqual(["l", "s\r", "x"]);
  });

  it("splits a huge paste without losing or reordering a byte", async () => {
    const sent: string[] = [];
    const type = createInputQueue(
      (text) => {
        sent.push(text);
        return Promise.resolve();
      },
      () => undefined,
    );
    const paste = Array.from({ length: 30_000 }, (_, line) => `line ${line}\r`).join("");
    type(paste);
    type("end");
    await settle();
    expect(sent.join("")).toBe(`${paste}end`);
    expect(Math.max(...sent.map((text) => text.length))).toBeLessThanOrEqual(100_000);
  });

  it("forgets what waited when a call fails, says so, and works again", async () => {
    const { calls, send } = manualSend();
    const errors: unknown[] = [];
    const type = createInputQueue(send, (error) => errors.push(error));
    type("a");
    type("b");
    calls[0]!.reject(new Error("off"));
    await settle();
    expect(errors).toHaveLength(1);
    type("c");
    expect(calls.map((call) => call.text)).toEqual(["a", "c"]);
  });
});

import { expect, it } from "vitest";
import type { TransferGate } from "../transfer-gate.ts";
import { sendBody, UploadProgress } from "./send-body.ts";

it("survives an abort that meets a body which nobody listens to any more", async () => {
  const abort = new AbortController();
  // The first call passes; the next one waits for a limit, and ends with the abort only.
  let calls = 0;
  const gate: TransferGate = {
    pauses: 0,
    pass: (_bytes, signal) =>
      calls++ === 0
        ? Promise.resolve()
        : new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason as Error));
          }),
  };
  const told: number[] = [];
  const progress = new UploadProgress(10, (doneBytes) => told.push(doneBytes));
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on("uncaughtException", onUnhandled);
  try {
    const sending = sendBody(Buffer.alloc(10), progress, { gate, signal: abort.signal }, async (body) => {
      body.read(); // asks for bytes, as a request does
      await new Promise((resolve) => setImmediate(resolve));
      abort.abort(new Error("stopped"));
      await new Promise((resolve) => setTimeout(resolve, 20)); // it takes its time to notice
      throw new Error("the request was aborted");
    });
    await expect(sending).rejects.toThrow("the request was aborted");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(unhandled).toEqual([]);
    expect(told).toEqual([]);
  } finally {
    process.off("uncaughtException", onUnhandled);
  }
});

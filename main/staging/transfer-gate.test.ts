import { describe, expect, it } from "vitest";
import { nodeClock } from "#system/node-clock.ts";
import { createTransferGate, openGate, pieceBytes } from "./transfer-gate.ts";

const never = new AbortController().signal;

/** A clock whose time passes only in its sleeps, at once. */
function sleepingClock(): {
  nowMs: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
} {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted();
      nowMs += durationMs;
    },
  };
}

/** Resolves to whether the work is done once everything that can run has run. */
async function isDone(work: Promise<unknown>): Promise<boolean> {
  let done = false;
  void work.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe("a transfer gate", () => {
  it("lets everything pass that nobody limits", async () => {
    const clock = sleepingClock();
    const gate = createTransferGate(clock);
    for (const each of [gate, openGate]) await each.pass(1e12, never);
    expect(clock.nowMs()).toBe(0);
  });

  it.each([100_000, 3_000_000, 50])("keeps %i bytes a second over all who ask", async (limit) => {
    const clock = sleepingClock();
    const gate = createTransferGate(clock);
    gate.setLimit(limit);
    const upload = async (): Promise<void> => {
      for (let piece = 0; piece < 40; piece++) await gate.pass(pieceBytes, never);
    };
    await Promise.all([upload(), upload(), upload()]);
    const seconds = clock.nowMs() / 1000;
    const bytes = 119 * pieceBytes; // the last piece leaves as soon as the one before it is paid for
    expect(bytes / seconds / limit).toBeGreaterThan(0.99);
    expect(bytes / seconds / limit).toBeLessThan(1.01);
  });

  it("serves those who ask in their order, and saves up no more than an instant", async () => {
    const clock = sleepingClock();
    const gate = createTransferGate(clock);
    gate.setLimit(1000);
    await gate.pass(1, never);
    await clock.sleep(3_600_000);
    const order: number[] = [];
    const startMs = clock.nowMs();
    await Promise.all([1, 2, 3].map((who) => gate.pass(1000, never).then(() => order.push(who))));
    expect(order).toEqual([1, 2, 3]);
    expect(clock.nowMs() - startMs).toBeGreaterThan(1700);
  });

  it("changes its pace for those who wait already", async () => {
    const gate = createTransferGate(nodeClock);
    gate.setLimit(1);
    await gate.pass(pieceBytes, never);
    const waiting = gate.pass(pieceBytes, never);
    expect(await isDone(waiting)).toBe(false);
    gate.setLimit(null);
    await waiting;
    expect(() => gate.setLimit(0)).toThrow(RangeError);
  });

  it("holds while paused, also those who only ask whether, and counts the pauses", async () => {
    const gate = createTransferGate(sleepingClock());
    gate.setPaused(true);
    gate.setPaused(true);
    const waiting = [gate.pass(10, never), gate.pass(0, never)];
    expect(await isDone(Promise.race(waiting))).toBe(false);
    gate.setLimit(1000);
    expect(await isDone(Promise.race(waiting))).toBe(false);
    gate.setPaused(false);
    await Promise.all(waiting);
    expect(gate.pauses).toBe(1);
  });

  it("lets go of who is aborted and serves the others", async () => {
    const gate = createTransferGate(sleepingClock());
    gate.setPaused(true);
    const stop = new AbortController();
    const [aborted, other] = [gate.pass(10, stop.signal), gate.pass(10, never)];
    stop.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    await expect(gate.pass(10, stop.signal)).rejects.toThrow("enough");
    gate.setPaused(false);
    await other;
  });

  it("keeps its pace by a real clock", async () => {
    const gate = createTransferGate(nodeClock);
    gate.setLimit(4_000_000);
    const startedMs = performance.now();
    let bytes = 0;
    while (bytes < 2_000_000) {
      await gate.pass(pieceBytes, never);
      bytes += pieceBytes;
    }
    const seconds = (performance.now() - startedMs) / 1000;
    expect(seconds).toBeGreaterThan(0.4);
    expect(seconds).toBeLessThan(2); // a busy machine is late, never early
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aheadBytes, floodGatherMs, Gathering, gatherMs, liveGatherMs } from "./gather.ts";

/** The pace after so many seconds of output at one speed, fetched as the pace says. */
function paceAfter(seconds: number, bytesPerSecond: number, ahead = 0): { ahead: number; paceMs: number } {
  let now = ahead;
  for (let ms = 0; ms < seconds * 1000;) {
    const spanMs = gatherMs(now);
    now = aheadBytes(now, (bytesPerSecond * spanMs) / 1000, spanMs);
    ms += spanMs;
  }
  return { ahead: now, paceMs: gatherMs(now) };
}

describe("gatherMs", () => {
  it.each([
    ["a line at 9600 baud", 60, 960],
    ["a serial line at its nominal 115200 baud", 60, 11_520],
    ["the messages of a kernel that starts: a burst", 0.2, 300_000],
  ])("shows every frame of %s", (_what, seconds, bytesPerSecond) => {
    expect(paceAfter(seconds, bytesPerSecond).paceMs).toBe(liveGatherMs);
  });

  it("draws a flood ten times a second, and every frame again soon after its end", () => {
    const flood = paceAfter(30, 1024 ** 2);
    expect(flood.paceMs).toBe(floodGatherMs);
    expect(paceAfter(0.4, 20_000, flood.ahead).paceMs).toBe(floodGatherMs);
    expect(paceAfter(0.8, 20_000, flood.ahead).paceMs).toBe(liveGatherMs);
  });
});

describe("Gathering", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const flood = 128 * 1024;
  const never = new AbortController().signal;

  /** How long a pause took, by the clock of the test. */
  async function pauseMs(pause: Promise<void>): Promise<number> {
    const startedMs = performance.now();
    let endedMs: number | null = null;
    const ended = pause.then(() => (endedMs = performance.now()));
    while (endedMs === null) await vi.advanceTimersByTimeAsync(1);
    await ended;
    return Math.round(endedMs - startedMs);
  }

  it("waits as long as the pace says", async () => {
    const gathering = new Gathering();
    expect(await pauseMs(gathering.pause(0, never))).toBe(liveGatherMs);
    expect(await pauseMs(gathering.pause(flood, never))).toBe(floodGatherMs);
  });

  it("ends a pause soon after a key, also a second one after it, and keeps the live pace for a second", async () => {
    const gathering = new Gathering();
    const readers = [gathering.pause(flood, never), gathering.pause(flood, never)];
    await vi.advanceTimersByTimeAsync(20);
    gathering.typed();
    for (const reader of readers) expect(await pauseMs(reader)).toBeLessThanOrEqual(liveGatherMs);
    expect(await pauseMs(gathering.pause(flood, never))).toBe(liveGatherMs);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await pauseMs(gathering.pause(flood, never))).toBe(floodGatherMs);
  });

  it("ends at once when nobody reads any more", async () => {
    const gathering = new Gathering();
    const reading = new AbortController();
    const pause = gathering.pause(flood, reading.signal);
    reading.abort();
    expect(await pauseMs(pause)).toBeLessThanOrEqual(1);
    expect(await pauseMs(gathering.pause(flood, reading.signal))).toBeLessThanOrEqual(1);
  });
});

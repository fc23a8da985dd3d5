import { expect, it } from "vitest";
import { createBackgroundWork, sleepSince } from "./background-work.ts";
import { hastyClock } from "./testing/hasty-clock.ts";

it("stops work and waits for its end, and swallows what it throws", async () => {
  const work = createBackgroundWork();
  const seen: string[] = [];
  work.start("one", async (signal) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    seen.push("one ends");
    throw new Error("as aborted work does");
  });
  work.start("two", async () => {});
  await work.stop("nobody");
  await work.stop("one");
  expect(seen).toEqual(["one ends"]);
  await work.stopAll();
});

it("sleeps what is left of a time that began before", async () => {
  const slept: number[] = [];
  const clock = {
    ...hastyClock,
    nowIso: () => "2026-01-01T00:00:10.000Z",
    sleep: async (ms: number) => void slept.push(ms),
  };
  const { signal } = new AbortController();
  for (const startedAt of [
    "2026-01-01T00:00:10.000Z",
    "2026-01-01T00:00:07.000Z",
    "2025-01-01T00:00:00.000Z",
  ])
    await sleepSince(startedAt, 5_000, clock, signal);
  // A clock that was set back makes nobody wait longer than at first.
  await sleepSince("2027-01-01T00:00:00.000Z", 5_000, clock, signal);
  expect(slept).toEqual([5_000, 2_000, 0, 5_000]);
});

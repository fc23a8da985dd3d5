import { expect, it } from "vitest";
import { createCheckProgress } from "./check-progress.ts";

const never = new AbortController().signal;

it("tells the latest, and ends with the check", async () => {
  const progress = createCheckProgress();
  const running = progress.begin("file:/a.gz");
  const seen: number[] = [];
  const watching = (async () => {
    for await (const { doneBytes } of progress.follow("file:/a.gz", never)) {
      seen.push(doneBytes);
      if (doneBytes === 1) running[Symbol.dispose]();
    }
  })();
  running.report({ doneBytes: 1, totalBytes: 9 });
  await watching;
  expect(seen).toEqual([1]);
});

it("ends at once when nothing runs or nobody listens any more", async () => {
  const progress = createCheckProgress();
  expect((await progress.follow("file:/a.gz", never).next()).done).toBe(true);
  using _running = progress.begin("file:/a.gz");
  const ending = new AbortController();
  const next = progress.follow("file:/a.gz", ending.signal).next();
  ending.abort();
  expect((await next).done).toBe(true);
});

it("goes on while another check of the same file runs", async () => {
  const progress = createCheckProgress();
  const first = progress.begin("k");
  using second = progress.begin("k");
  first[Symbol.dispose]();
  const next = progress.follow("k", never).next();
  second.report({ doneBytes: 5, totalBytes: 9 });
  expect((await next).value).toEqual({ doneBytes: 5, totalBytes: 9 });
});

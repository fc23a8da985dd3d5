import { describe, expect, it } from "vitest";
import { createSharedWork, type SharedWork } from "./shared-upload.ts";

/** A job that wants the work done. `finish` ends its own run of it. */
function wanting(shared: SharedWork, state: { done: boolean }) {
  const abort = new AbortController();
  const own = Promise.withResolvers<void>();
  const seen = { ran: 0, waited: 0, progress: [] as number[] };
  let report: (doneBytes: number, totalBytes: number) => void = () => {};
  const result = shared
    .provide({
      isDone: () => state.done,
      work: async (onProgress) => {
        seen.ran++;
        report = onProgress;
        await own.promise;
        state.done = true;
      },
      onWait: () => seen.waited++,
      onProgress: (doneBytes) => void seen.progress.push(doneBytes),
      signal: abort.signal,
    })
    .then(
      () => "done",
      (error: unknown) => String(error),
    );
  return {
    seen,
    result,
    abort: () => abort.abort(),
    finish: () => own.resolve(),
    fail: () => own.reject(new Error("broken")),
    report: (doneBytes: number) => report(doneBytes, 100),
  };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("shared work", () => {
  it("is done once, and all who wait see how far it is", async () => {
    const shared = createSharedWork();
    const state = { done: false };
    const [first, second] = [wanting(shared, state), wanting(shared, state)];
    first.report(40);
    first.finish();
    expect(await Promise.all([first.result, second.result])).toEqual(["done", "done"]);
    expect([first.seen.ran, second.seen.ran, second.seen.waited]).toEqual([1, 0, 1]);
    expect(second.seen.progress).toEqual([40]);
  });

  it("is taken over by the next when the first one fails; the failure is the first one's alone", async () => {
    const shared = createSharedWork();
    const state = { done: false };
    const [first, second] = [wanting(shared, state), wanting(shared, state)];
    first.fail();
    expect(await first.result).toContain("broken");
    await settle();
    expect(second.seen.ran).toBe(1);
    second.finish();
    expect(await second.result).toBe("done");
  });

  it("lets a waiting one go when it is cancelled, and goes on", async () => {
    const shared = createSharedWork();
    const state = { done: false };
    const [first, second] = [wanting(shared, state), wanting(shared, state)];
    second.abort();
    expect(await second.result).toContain("Cancelled");
    first.finish();
    expect(await first.result).toBe("done");
  });

  it("is not begun when it is done already", async () => {
    const only = wanting(createSharedWork(), { done: true });
    expect(await only.result).toBe("done");
    expect(only.seen.ran).toBe(0);
  });
});

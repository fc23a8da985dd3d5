import { describe, expect, it } from "vitest";
import type { JobView } from "#contract/job.ts";
import { StateStore } from "#core/state-store.ts";
import { activePublishes, endWords, watchPublishEnds } from "./publish-ends.ts";

const job = (id: string, change: Partial<JobView> = {}): JobView => ({
  id,
  kind: "publish",
  title: "Publish web",
  status: "running",
  steps: [],
  error: null,
  result: null,
  subject: {},
  createdAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  attempt: 1,
  ...change,
});
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe("publishes under way", () => {
  it("are told once when they end; what had ended before and other jobs are not", async () => {
    const store = new StateStore();
    store.put("jobs", "old", job("old", { status: "failed" }));
    store.put("jobs", "a", job("a"));
    store.put("jobs", "b", job("b", { status: "queued" }));
    store.put("jobs", "c", job("c", { kind: "compact" }));
    const over = new AbortController();
    const ended: string[] = [];
    const watching = watchPublishEnds(store, over.signal, ({ id, status }) => ended.push(`${id} ${status}`));
    await turn();
    expect(activePublishes(store.state).map(({ id }) => id)).toEqual(["a", "b"]);
    store.put("jobs", "a", job("a", { status: "succeeded" }));
    store.put("jobs", "c", job("c", { kind: "compact", status: "succeeded" }));
    await turn();
    store.remove("jobs", "b");
    await turn();
    over.abort();
    await watching.catch(() => {});
    expect(ended).toEqual(["a succeeded"]);
    expect(activePublishes(store.state)).toEqual([]);
  });

  it("are told in words that say where, and what to do", () => {
    const { state } = new StateStore();
    const error = {
      code: "quota-exceeded",
      message: "25 GB are used up.",
      hint: "Delete an image.",
      retry: "never",
      details: {},
    } as const;
    expect(endWords(job("a", { status: "succeeded" }), state)?.title).toBe("The image is published");
    expect(endWords(job("a", { status: "failed", error }), state)).toEqual({
      title: "Publishing The image to the account failed",
      body: "25 GB are used up. Delete an image.",
    });
    expect(endWords(job("a", { status: "cancelled" }), state)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import { emptyState, type StateEvent } from "#contract/state.ts";
import type { Client } from "#rpc/api.ts";
import { followCore } from "./follow-core.ts";
import { createMirrorWriter, type Mirror } from "./mirror.ts";

const freshStore = () =>
  createStore<Mirror>(() => ({
    state: emptyState(),
    seq: null,
    link: { status: "connecting", error: null },
  }));
const snapshot = (seq: number): StateEvent => ({ type: "snapshot", seq, state: emptyState() });
const patch = (seq: number): StateEvent => ({ type: "patch", seq, changes: [] });

/** A core that plays one list of events for each subscription. */
function coreOf(subscriptions: StateEvent[][]) {
  let count = 0;
  const client: Pick<Client, "stream"> = {
    async *stream() {
      const events = subscriptions[count] ?? [];
      count += 1;
      // The test plays state.watch only; the cast says so to the generic signature.
      for (const event of events) yield event as never;
    },
  };
  return { client, subscriptions: () => count };
}

describe("followCore", () => {
  it("subscribes again after a gap and ends up with the newer snapshot", async () => {
    const store = freshStore();
    const core = coreOf([
      [snapshot(1), patch(2), patch(4), patch(5)],
      [snapshot(5), patch(6)],
    ]);
    await followCore(core.client, createMirrorWriter(store), new AbortController().signal, () => undefined);
    expect(core.subscriptions()).toBe(2);
    expect(store.getState().seq).toBe(6);
  });

  it("says once that the link is live", async () => {
    const store = freshStore();
    let told = 0;
    const core = coreOf([[snapshot(1), patch(2), patch(3)]]);
    await followCore(core.client, createMirrorWriter(store), new AbortController().signal, () => {
      told += 1;
    });
    expect(told).toBe(1);
    expect(store.getState().link.status).toBe("live");
  });

  it("stops at an aborted signal", async () => {
    const core = coreOf([[snapshot(1)]]);
    await followCore(core.client, createMirrorWriter(freshStore()), AbortSignal.abort(), () => undefined);
    expect(core.subscriptions()).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { StateEventSchema, type Notice, type StateEvent } from "#contract/state.ts";
import { StateStore } from "./state-store.ts";

const notice = (id: string, text = ""): Notice => ({
  id,
  level: "info",
  title: "T",
  text,
  createdAt: "2026-01-02T03:04:05.000Z",
});

describe("StateStore", () => {
  it("sends a snapshot, then patches without a gap that lead to the same state", async () => {
    const store = new StateStore();
    store.put("notices", "a", notice("a"));
    const abort = new AbortController();
    const events: StateEvent[] = [];
    const watching = (async () => {
      for await (const event of store.watch(abort.signal)) {
        events.push(StateEventSchema.parse(event));
        if (events.length === 3) abort.abort();
      }
    })();
    await Promise.resolve();
    store.put("notices", "b", notice("b", "old"));
    store.put("notices", "b", notice("b", "new"));
    await new Promise((resolve) => setTimeout(resolve, 0));
    store.remove("notices", "a");
    await watching;
    expect(events.map((event) => event.type)).toEqual(["snapshot", "patch", "patch"]);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(events[1]).toMatchObject({ changes: [{ id: "b", value: { text: "new" } }] });
    expect(events[2]).toMatchObject({ changes: [{ id: "a", value: null }] });
  });

  it("gives a snapshot that later changes do not touch", async () => {
    const store = new StateStore();
    store.put("notices", "a", notice("a"));
    const watch = store.watch(new AbortController().signal);
    const first = await watch.next();
    store.put("notices", "c", notice("c"));
    expect(first.value).toMatchObject({ type: "snapshot", state: { notices: { a: { id: "a" } } } });
    expect(JSON.stringify(first.value)).not.toContain('"c"');
    await watch.return(undefined);
  });

  it("gives a watcher that fell behind a new snapshot, and patches without a gap from there", async () => {
    const store = new StateStore();
    const watch = store.watch(new AbortController().signal);
    await watch.next();
    for (let i = 0; i < 1000; i++) {
      store.put("notices", `n${i}`, notice("x"));
      await Promise.resolve();
    }
    const caughtUp = await watch.next();
    expect(caughtUp.value).toMatchObject({ type: "snapshot", seq: 1000 });
    expect(Object.keys((caughtUp.value as StateEvent & { type: "snapshot" }).state.notices)).toHaveLength(
      1000,
    );
    store.put("notices", "last", notice("last"));
    expect((await watch.next()).value).toMatchObject({ type: "patch", seq: 1001, changes: [{ id: "last" }] });
    await watch.return(undefined);
  });
});

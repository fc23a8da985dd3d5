import { describe, expect, it } from "vitest";
import { emptyState, type Notice, type StateEvent } from "#contract/state.ts";
import { applyEvent } from "./apply-event.ts";

const notice = (id: string): Notice => ({
  id,
  level: "info",
  title: id,
  text: "",
  createdAt: "2025-01-01T00:00:00Z",
});
const patch = (seq: number, ...ids: string[]): StateEvent => ({
  type: "patch",
  seq,
  changes: ids.map((id) => ({ collection: "notices", id, value: notice(id) })),
});
const start = { state: emptyState(), seq: 7 };

describe("applyEvent", () => {
  it("takes a snapshot whole, whatever was before", () => {
    const state = { ...emptyState(), notices: { a: notice("a") } };
    expect(applyEvent({ state: emptyState(), seq: null }, { type: "snapshot", seq: 3, state })).toEqual({
      state,
      seq: 3,
    });
  });

  it("applies the next patch and keeps untouched collections identical", () => {
    const next = applyEvent(start, patch(8, "a", "b"));
    if (next === "gap") throw new Error("unexpected gap");
    expect(Object.keys(next.state.notices)).toEqual(["a", "b"]);
    expect(next.seq).toBe(8);
    expect(next.state.machines).toBe(start.state.machines);
    expect(start.state.notices).toEqual({});
  });

  it("removes an entry on null", () => {
    const withOne = applyEvent(start, patch(8, "a"));
    if (withOne === "gap") throw new Error("unexpected gap");
    const without = applyEvent(withOne, {
      type: "patch",
      seq: 9,
      changes: [{ collection: "notices", id: "a", value: null }],
    });
    expect(without).toEqual({ state: emptyState(), seq: 9 });
  });

  it.each([6, 7, 9, 100])("sees that patch %d does not follow 7", (seq) => {
    expect(applyEvent(start, patch(seq, "a"))).toBe("gap");
  });

  it("accepts no patch before the first snapshot", () => {
    expect(applyEvent({ state: emptyState(), seq: null }, patch(1, "a"))).toBe("gap");
  });
});

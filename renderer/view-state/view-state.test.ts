import { afterEach, describe, expect, it, vi } from "vitest";
import { followAddressBar, viewStore } from "./view-state.ts";

afterEach(() => void vi.unstubAllGlobals());

describe("followAddressBar", () => {
  it("shows what was asked for before it listened, and afterwards what is asked for", () => {
    const bar = Object.assign(new EventTarget(), { location: { hash: "#/doctor" } });
    vi.stubGlobal("window", bar);
    expect(viewStore.getState().route).toEqual({ screen: "home" });
    const stop = followAddressBar();
    expect(viewStore.getState().route).toEqual({ screen: "doctor" });
    bar.location.hash = "#/settings";
    bar.dispatchEvent(new Event("hashchange"));
    expect(viewStore.getState().route).toMatchObject({ screen: "settings" });
    stop();
    bar.location.hash = "#/doctor";
    bar.dispatchEvent(new Event("hashchange"));
    expect(viewStore.getState().route).toMatchObject({ screen: "settings" });
  });
});

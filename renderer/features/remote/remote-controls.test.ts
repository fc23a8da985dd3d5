import { describe, expect, it } from "vitest";
import type { Capabilities } from "#contract/provider-info.ts";
import { remoteControls } from "./remote-controls.ts";

const all: Capabilities = {
  ingest: ["url"],
  formats: ["qcow2"],
  archives: [],
  fetchSendsHead: false,
  takesSignedLink: false,
  deleteImage: true,
  renameImage: true,
  transferImage: true,
  launch: true,
  quota: false,
  exportImage: false,
  shapes: false,
  compartments: false,
  captureImage: false,
  importProgress: false,
};
const can = (state: "available" | "creating" | "error" | "deleting", change: Partial<Capabilities> = {}) => {
  const controls = remoteControls({ state }, { name: "Fybe", capabilities: { ...all, ...change } });
  return Object.entries(controls).flatMap(([name, why]) => (why === null ? [name] : []));
};

describe("remoteControls", () => {
  it("allows everything that the provider can do with an available image", () => {
    expect(can("available")).toEqual(["rename", "transfer", "launch", "remove"]);
    expect(can("available", { transferImage: false, launch: false })).toEqual(["rename", "remove"]);
    const oracle = { transferImage: false, exportImage: true, compartments: true };
    expect(can("available", oracle)).toEqual(["rename", "launch", "exportImage", "move", "remove"]);
    expect(can("creating", oracle)).toEqual(["rename", "remove"]);
  });

  it("keeps what failed or is on its way from being launched, but not from being deleted", () => {
    expect(can("creating")).toEqual(["rename", "remove"]);
    expect(can("error")).toEqual(["rename", "remove"]);
    expect(can("deleting")).toEqual([]);
  });

  it("says which provider lacks the call", () => {
    const { transfer } = remoteControls(
      { state: "available" },
      { name: "Fybe", capabilities: { ...all, transferImage: false } },
    );
    expect(transfer).toBe("Fybe has no call that brings an image to more regions");
  });
});

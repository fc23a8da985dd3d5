import { describe, expect, it } from "vitest";
import { looksLikeIso } from "./looks-like-iso.ts";

const withAt = (text: string, at: number, sizeBytes = 65_536) => {
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(new TextEncoder().encode(text), at);
  return new Blob([bytes]);
};

describe("looksLikeIso", () => {
  it("knows a volume descriptor", async () => {
    expect(await looksLikeIso(withAt("CD001", 32_769))).toBe(true);
  });
  it.each([
    ["one byte off", withAt("CD001", 32_768)],
    ["qcow2", withAt("QFI\u00fb", 0)],
    ["too short", withAt("CD001", 0, 100)],
    ["empty", new Blob([])],
  ])("says no to %s", async (_name, blob) => {
    expect(await looksLikeIso(blob)).toBe(false);
  });
});

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
  it("rejects for a folder, whose claimed bytes cannot be read", async () => {
    const folder = withAt("", 0, 4096);
    const slice = folder.slice.bind(folder);
    folder.slice = (start = 0, end = 0) => {
      const part = slice(start, end);
      // Chromium answers an empty slice beyond the end, and an error for everything else.
      if (part.size > 0) part.arrayBuffer = () => Promise.reject(new DOMException("", "NotReadableError"));
      return part;
    };
    await expect(looksLikeIso(folder)).rejects.toThrow(DOMException);
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readWindowBounds, writeWindowBounds } from "./window-bounds.ts";

const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-bounds-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("window bounds", () => {
  it("come back as they were kept", () => {
    const path = join(folder, "deep", "window.json");
    const kept = { bounds: { x: 10, y: 20, width: 900, height: 700 }, maximized: true };
    writeWindowBounds(path, kept);
    expect(readWindowBounds(path, screens)).toEqual(kept);
  });

  it("are given up when that screen is gone", () => {
    const path = join(folder, "window.json");
    writeWindowBounds(path, { bounds: { x: 2000, y: 20, width: 900, height: 700 }, maximized: false });
    expect(readWindowBounds(path, screens)).toEqual({ bounds: null, maximized: false });
  });

  it.each(["", "{", "[]", '{"bounds":{"x":"1"},"maximized":false}'])("are unknown from %j", async (text) => {
    const path = join(folder, "window.json");
    await writeFile(path, text);
    expect(readWindowBounds(path, screens)).toEqual({ bounds: null, maximized: false });
  });
});

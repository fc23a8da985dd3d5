import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isBuildStale } from "./ensure-build.ts";

let root = "";
const put = async (path: string, atSeconds: number): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), "");
  await utimes(join(root, path), atSeconds, atSeconds);
};
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "goldsmith-build-"));
  await put("main/core/a.ts", 1000);
  for (const path of ["main/main.js", "main/cli.js", "preload/preload.cjs", "renderer/index.html"]) {
    await put(`out/${path}`, 2000);
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("isBuildStale", () => {
  it("is false while everything built is newer than every source", async () => {
    expect(await isBuildStale(root)).toBe(false);
  });
  it("is true when a source deep down is newer", async () => {
    await put("renderer/features/x/y.tsx", 3000);
    expect(await isBuildStale(root)).toBe(true);
  });
  it("is true when one product is missing", async () => {
    await rm(join(root, "out", "preload"), { recursive: true });
    expect(await isBuildStale(root)).toBe(true);
  });
  it("does not mind newer tests and notes", async () => {
    await put("main/core/a.test.ts", 3000);
    await put("main/core/README.md", 3000);
    expect(await isBuildStale(root)).toBe(false);
  });
});

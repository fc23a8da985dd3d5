import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { nodeProcesses } from "#system/node-processes.ts";
import { readJson, writeJson } from "./json-file.ts";
import { acquireLock, lockOwner } from "./owner-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-json-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const Schema = z.object({ version: z.literal(1), name: z.string() });

describe("JSON files", () => {
  it("round trip, and leave no temporary file", async () => {
    const path = join(folder, "a.json");
    await writeJson(path, { version: 1, name: "x" });
    expect(await readJson(path, Schema)).toEqual({ version: 1, name: "x" });
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("answer null when there is none", async () => {
    expect(await readJson(join(folder, "none.json"), Schema)).toBeNull();
  });

  it("of a newer version are named as such and left alone", async () => {
    const path = join(folder, "a.json");
    await writeFile(path, '{"version": 2, "shape": "unknown"}');
    await expect(readJson(path, Schema)).rejects.toMatchObject({ code: "newer-version" });
    expect(await readFile(path, "utf8")).toContain("unknown");
  });

  it("that are damaged say where", async () => {
    const path = join(folder, "a.json");
    await writeFile(path, '{"version": 1, "name": 3}');
    await expect(readJson(path, Schema)).rejects.toThrow(/damaged: name/);
    await writeFile(path, "{");
    await expect(readJson(path, Schema)).rejects.toThrow("is not JSON");
  });

  it("keep the old content when writing fails", async () => {
    const path = join(folder, "missing", "a.json");
    await expect(writeJson(path, { version: 1 })).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("owner lock", () => {
  it("is held by one, and taken over from a process that is gone", async () => {
    const path = join(folder, "owner.json");
    const release = await acquireLock(path, nodeProcesses);
    await expect(acquireLock(path, nodeProcesses)).rejects.toMatchObject({ code: "already-exists" });
    expect((await lockOwner(path, nodeProcesses))?.pid).toBe(process.pid);
    await release();
    await writeFile(
      path,
      JSON.stringify({ pid: process.pid, startToken: "an earlier process with our pid" }),
    );
    const second = await acquireLock(path, nodeProcesses);
    await second();
    expect(await readdir(folder)).toEqual([]);
  });
});

import { chmod, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDirectories, directoryPaths, type DirectoryWorld } from "./node-directories.ts";

const linux: DirectoryWorld = { platform: "linux", env: {}, userHome: "/home/u", userId: 1000 };

describe("where things live", () => {
  it("follows XDG on Linux", () => {
    expect(directoryPaths(linux)).toMatchObject({
      data: "/home/u/.local/share/goldsmith",
      cache: "/home/u/.cache/goldsmith",
      config: "/home/u/.config/goldsmith",
    });
    const env = { XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/c", XDG_CONFIG_HOME: "" };
    expect(directoryPaths({ ...linux, env })).toMatchObject({
      data: "/d/goldsmith",
      cache: "/c/goldsmith",
      config: "/home/u/.config/goldsmith",
    });
  });

  it("follows the platform on macOS and Windows", () => {
    const mac = directoryPaths({ ...linux, platform: "darwin", userHome: "/Users/u" });
    expect(mac.data).toBe("/Users/u/Library/Application Support/Goldsmith");
    const windows = directoryPaths({
      ...linux,
      platform: "win32",
      env: { LOCALAPPDATA: "/L", APPDATA: "/R" },
    });
    expect(windows).toMatchObject({ data: "/L/Goldsmith/data", config: "/R/Goldsmith" });
  });

  it("puts everything below GOLDSMITH_HOME, and an explicit home goes first", () => {
    const world = { ...linux, env: { GOLDSMITH_HOME: "/g" } };
    expect(directoryPaths(world)).toMatchObject({ data: "/g/data", cache: "/g/cache", config: "/g/config" });
    expect(directoryPaths(world, "/h").data).toBe("/h/data");
  });

  it("keeps sockets short, and apart for every data folder", () => {
    const one = directoryPaths(linux, "/a");
    const two = directoryPaths(linux, "/b");
    expect(one.runtime).toMatch(/^\/tmp\/goldsmith-1000-[0-9a-f]{8}$/);
    expect(one.runtime).not.toBe(two.runtime);
    const env = { XDG_RUNTIME_DIR: tmpdir() };
    expect(directoryPaths({ ...linux, env }, "/a").runtime).toMatch(/\/goldsmith-[0-9a-f]{8}$/);
    const long = { XDG_RUNTIME_DIR: `/tmp/${"x".repeat(60)}` };
    expect(directoryPaths({ ...linux, env: long }, "/a").runtime).toMatch(/^\/tmp\/goldsmith-1000-/);
  });
});

describe("the runtime folder", () => {
  let home = "";
  const world = { ...linux, userId: process.getuid?.() ?? 0 };
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "gs-"));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const paths = () => ({ ...directoryPaths(world, home), runtime: join(home, "run") });

  it("is for this user only, also when it was there with wider rights", async () => {
    await mkdir(join(home, "run"));
    await chmod(join(home, "run"), 0o777);
    const { runtime } = await createDirectories(paths(), world);
    expect((await stat(runtime)).mode & 0o777).toBe(0o700);
  });

  it("is refused when it is a link or belongs to somebody else", async () => {
    await symlink("/tmp", join(home, "run"));
    await expect(createDirectories(paths(), world)).rejects.toMatchObject({ code: "permission-denied" });
    await rm(join(home, "run"));
    const other = createDirectories(paths(), { ...world, userId: world.userId + 1 });
    await expect(other).rejects.toMatchObject({ code: "permission-denied" });
  });
});

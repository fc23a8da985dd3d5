import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { cpioArchive } from "./cpio.ts";

const folder = mkdtempSync(join(tmpdir(), "goldsmith-cpio-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("is read by cpio, with parents, modes and links", () => {
  const archive = cpioArchive([
    { kind: "file", path: "init", mode: 0o755, content: Buffer.from("#!/bin/sh\n") },
    { kind: "file", path: "a/b/odd-sized", content: Buffer.from("12345") },
    { kind: "symlink", path: "bin/sh", target: "busybox" },
    { kind: "directory", path: "tmp", mode: 0o1777 },
  ]);
  const options = {
    cwd: folder,
    input: archive,
    stdio: ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"],
  };
  execFileSync("cpio", ["-i", "--quiet"], options);
  expect(readFileSync(join(folder, "a/b/odd-sized"), "utf8")).toBe("12345");
  expect(statSync(join(folder, "init")).mode & 0o7777).toBe(0o755);
  expect(readlinkSync(join(folder, "bin/sh"))).toBe("busybox");
  expect(statSync(join(folder, "tmp")).mode & 0o7777).toBe(0o1777);
});

it("lets the later of two entries for one path win", () => {
  const archive = cpioArchive([
    { kind: "symlink", path: "sbin/mke2fs", target: "busybox" },
    { kind: "file", path: "/sbin/mke2fs", content: Buffer.from("real") },
  ]);
  const text = Buffer.from(archive).toString("latin1");
  expect(text.match(/sbin\/mke2fs\0/g)).toHaveLength(1);
  expect(text).toContain("real");
});

it("describes a device by its numbers", () => {
  const device = { kind: "character-device", path: "console", major: 5, minor: 1 } as const;
  const header = Buffer.from(cpioArchive([device])).toString("latin1", 0, 110);
  const field = (index: number): number => Number.parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
  expect([field(1), field(9), field(10)]).toEqual([0o020600, 5, 1]);
});

import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  writeSync,
  truncateSync,
  symlinkSync,
  writeFileSync,
  ftruncateSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  fixtureBytes,
  fixtureCompressions,
  fixtureFile,
  fixtureLabel,
  fixtureUuid,
  homeFiles,
  packedFiles,
  repeating,
  systemFiles,
} from "./fixture.ts";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";

/** Makes fixture.img.zst anew: `node make-fixture.ts` as root, on a kernel with btrfs. */
const folder = mkdtempSync(join(tmpdir(), "gs-btrfs-"));
const image = join(folder, "image");
const top = join(folder, "mounted");
const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: "utf8" });
const mount = (options: string): string => run("mount", "-o", `loop,${options}`, image, top);

function writeAll(below: string, files: MemoryFiles): void {
  for (const [path, value] of Object.entries(files)) {
    const target = join(below, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof value === "string" || Buffer.isBuffer(value)) writeFileSync(target, value);
    else if (value !== null && "link" in value) symlinkSync(value.link, target);
  }
}

function patch(path: string, size: number, pieces: readonly [number, Buffer][]): void {
  const file = openSync(path, "a+");
  closeSync(file);
  const open = openSync(path, "r+");
  for (const [at, bytes] of pieces) writeSync(open, bytes, 0, bytes.length, at);
  ftruncateSync(open, size);
  closeSync(open);
}

writeFileSync(image, "");
truncateSync(image, fixtureBytes);
mkdirSync(top);
run("mkfs.btrfs", "-q", "--mixed", "-n", "4096", "-L", fixtureLabel, "-U", fixtureUuid, image);
try {
  mount("max_inline=2048");
  for (const name of ["@", "@home", "plain"]) {
    if (name === "plain") mkdirSync(join(top, name));
    else run("btrfs", "subvolume", "create", join(top, name));
  }
  run("btrfs", "subvolume", "create", join(top, "plain/deep"));
  run("btrfs", "subvolume", "create", join(top, "@/nested"));
  writeAll(join(top, "@"), systemFiles);
  writeAll(join(top, "@/nested"), { "/inside": "nested" });
  writeAll(join(top, "@home"), homeFiles);
  writeAll(join(top, "plain/deep"), { "/bottom": "deep" });
  run("setfattr", "-n", "user.colour", "-v", "gold", join(top, "@/etc/os-release"));
  run("umount", top);
  for (const compression of fixtureCompressions) {
    mount(`compress-force=${compression},max_inline=2048`);
    const below = join(top, "@", compression);
    mkdirSync(below);
    for (const name of ["inline", "one-extent", "several-extents"] as const)
      writeFileSync(join(below, name), packedFiles[name]);
    patch(join(below, "holes"), packedFiles.holes.length, [
      [0, repeating(10_000)],
      [610_000, repeating(100_000)],
    ]);
    writeFileSync(join(below, "overwritten"), repeating(300_000));
    run("sync");
    patch(join(below, "overwritten"), 300_000, [[150_003, Buffer.from("in the middle")]]);
    run("fallocate", "-l", "300000", join(below, "preallocated"));
    patch(join(below, "preallocated"), 300_000, [[50_000, repeating(3000)]]);
    run("umount", top);
  }
  mount("max_inline=2048");
  run("btrfs", "subvolume", "snapshot", "-r", join(top, "@"), join(top, "snapshot"));
  const id = /Subvolume ID:\s+(\d+)/.exec(run("btrfs", "subvolume", "show", join(top, "@")))?.[1] ?? "";
  run("btrfs", "subvolume", "set-default", id, top);
  run("umount", top);
  run("zstd", "-q", "-f", "--ultra", "-22", "--long=25", image, "-o", fileURLToPath(fixtureFile));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeProcesses } from "#system/node-processes.ts";
import { parseStanzas, type Stanza } from "./control-stanzas.ts";
import { layOutFiles, layOutModules, openKernelTree, packUdeb } from "./udeb-builder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-udeb-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}
const stanza: Stanza = parseStanzas(`Package: libdisk1-udeb
Version: 1:2-3
Architecture: amd64
Maintainer: Nobody <nobody@example.org>
Depends: libc6-udeb
Description: a library
Filename: pool/main/l/gone.udeb
Size: 5
SHA256: 00
`)[0] as Stanza;

it("wraps files of an ordinary package, with links, and says what the file is", async () => {
  await put("deb/usr/lib/x86_64-linux-gnu/libdisk.so.1.1.0", "code");
  await put("deb/usr/share/doc/libdisk1/copyright", "text");
  await symlink("libdisk.so.1.1.0", join(folder, "deb/usr/lib/x86_64-linux-gnu/libdisk.so.1"));
  const tree = join(folder, "tree");
  await mkdir(tree);
  const recipe = { files: { libdisk1: ["usr/lib/x86_64-linux-gnu/libdisk.so.*"] } };
  await layOutFiles(recipe, tree, () => Promise.resolve(join(folder, "deb")));
  const target = join(folder, "libdisk.udeb");
  const made = await packUdeb(stanza, { tree, target, filename: "pool/made/libdisk.udeb" });

  const bytes = await readFile(target);
  const { stdout: sum } = await nodeProcesses.run(["sha256sum", target]);
  expect(Object.fromEntries(made)).toMatchObject({
    Filename: "pool/made/libdisk.udeb",
    Size: String(bytes.length),
    SHA256: sum.slice(0, 64),
    Depends: "libc6-udeb",
  });
  const out = join(folder, "out");
  await nodeProcesses.run(["dpkg-deb", "-R", target, out]);
  const control = await readFile(join(out, "DEBIAN/control"), "utf8");
  expect(control).toContain("Package: libdisk1-udeb\nVersion: 1:2-3\n");
  expect(control).not.toContain("SHA256");
  const library = join(out, "usr/lib/x86_64-linux-gnu");
  expect(await readlink(join(library, "libdisk.so.1"))).toBe("libdisk.so.1.1.0");
  expect(await readFile(join(library, "libdisk.so.1.1.0"), "utf8")).toBe("code");
  await expect(readFile(join(out, "usr/share/doc/libdisk1/copyright"))).rejects.toThrow("ENOENT");
});

it("refuses a recipe for what the package does not have", async () => {
  await put("deb/usr/sbin/mke2fs", "code");
  const recipe = { files: { e2fsprogs: ["usr/sbin/e2fsck"] } };
  const unpacked = (): Promise<string> => Promise.resolve(join(folder, "deb"));
  await expect(layOutFiles(recipe, join(folder, "tree"), unpacked)).rejects.toThrow("has no usr/sbin/e2fsck");
});

describe("kernel modules", () => {
  const release = "6.1-test";
  const module = async (path: string, depends: string): Promise<void> => {
    await put(`linux/usr/lib/modules/${release}/kernel/${path}`, `ELF\0depends=${depends}\0name=x\0`);
    await nodeProcesses.run(["xz", join(folder, `linux/usr/lib/modules/${release}/kernel/${path}`)]);
  };

  it("come with what they depend on, and nothing else", async () => {
    await module("fs/ext4/ext4.ko", "jbd2,mb-cache");
    await module("fs/jbd2/jbd2.ko", "crc16");
    await module("fs/mb-cache.ko", "");
    await module("lib/crc16.ko", "");
    await module("fs/ext5/ext5.ko", "");
    const tree = join(folder, "tree");
    const kernel = await openKernelTree(join(folder, "linux"), release);
    await layOutModules(kernel, ["fs/ext4/"], tree);
    const { stdout } = await nodeProcesses.run(["find", tree, "-name", "*.ko*", "-printf", "%f\n"]);
    expect(stdout.trim().split("\n").toSorted()).toEqual([
      "crc16.ko.xz",
      "ext4.ko.xz",
      "jbd2.ko.xz",
      "mb-cache.ko.xz",
    ]);
    await expect(layOutModules(kernel, ["fs/xfs/"], tree)).rejects.toThrow("has no fs/xfs/");
  });
});

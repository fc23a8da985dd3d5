import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectModules, moduleDependencies, modulesDep } from "./kernel-modules.ts";

let folder = "";
const module = (depends: string): Buffer =>
  Buffer.from(`\x7fELF…\0license=GPL\0depends=${depends}\0retpoline=Y\0`, "latin1");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-modules-"));
  const files = {
    "kernel/fs/ext4/ext4.ko": module("mbcache,jbd2"),
    "kernel/fs/jbd2/jbd2.ko": module(""),
    "kernel/fs/mbcache.ko": module(""),
    "kernel/drivers/virtio/virtio-ring.ko": module("virtio"),
    "kernel/drivers/net/net.ko": module("virtio-ring,jbd2"),
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await writeFile(join(folder, "modules.builtin"), "kernel/drivers/virtio/virtio.ko\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const paths = async (...names: string[]): Promise<string[]> =>
  (await collectModules(folder, names)).map(({ path }) => path.replace(/.*\//, ""));

describe("the order of modules", () => {
  it("puts what a module needs before it, once", async () => {
    expect(await paths("ext4", "net")).toEqual([
      "mbcache.ko",
      "jbd2.ko",
      "ext4.ko",
      "virtio-ring.ko",
      "net.ko",
    ]);
  });

  it("leaves out what is built in, and takes dashes for underscores", async () => {
    expect(await paths("virtio", "virtio_ring")).toEqual(["virtio-ring.ko"]);
  });

  it("names a module that the kernel does not have", async () => {
    await expect(collectModules(folder, ["nothere"])).rejects.toThrow(/no module nothere/);
  });
});

it("reads the dependencies out of a module", () => {
  expect(moduleDependencies(module("a-b,c"))).toEqual(["a_b", "c"]);
  expect(moduleDependencies(module(""))).toEqual([]);
  expect(moduleDependencies(Buffer.from("no such section"))).toEqual([]);
});

it("writes modules.dep with indirect dependencies", async () => {
  const lines = modulesDep(await collectModules(folder, ["ext4"])).split("\n");
  expect(lines).toContain("kernel/fs/ext4/ext4.ko: kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko");
  expect(lines).toContain("kernel/fs/jbd2/jbd2.ko:");
});

import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { createWorkshop, memoryDevice, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { fixtureCompressions, packedFiles, readBtrfsFixture } from "./testing/fixture.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const noise = (bytes: number): Buffer => {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_v, i) =>
    createHash("sha256").update(String(i)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, bytes);
};

const files: MemoryFiles = {
  "/empty": "",
  "/inline": "x".repeat(1000),
  "/one-sector": noise(4096),
  "/large": noise(3 * MiB + 77),
  "/link": { link: "usr/lib/target" },
  "/usr/lib/target": "found",
  "/names/ünïcode ☂ file": "u",
  [`/names/${"n".repeat(255)}`]: "long",
  ...Object.fromEntries(
    Array.from({ length: 300 }, (_v, i) => [`/many/entry-with-a-long-name-${i}`, `${i}`]),
  ),
};

const variants: [string, string[]][] = [
  ["4 KiB nodes", ["-n", "4096"]],
  ["16 KiB nodes and DUP data", ["-n", "16384", "-d", "dup"]],
  ["64 KiB nodes, single metadata", ["-n", "65536", "-m", "single"]],
  ["mixed block groups, holes as items", ["--mixed", "-n", "4096", "-O", "^no-holes"]],
  ["xxhash64", ["--csum", "xxhash"]],
  ["SHA-256", ["--csum", "sha256", "-n", "8192"]],
  ["BLAKE2b", ["--csum", "blake2"]],
  ["64 KiB sectors", ["-s", "65536", "-n", "65536"]],
];

let from: string;
beforeAll(async () => {
  from = await workshop.writeFiles("files", files);
  await chmod(join(from, "usr/lib/target"), 0o4751);
  // a name that is no UTF-8
  await writeFile(Buffer.concat([Buffer.from(join(from, "names/")), Buffer.from([0x41, 0xff])]), "latin");
});

async function makeImage(args: readonly string[]): Promise<string> {
  const image = await workshop.sparse("image", 128 * MiB);
  await tool("mkfs.btrfs", "-q", ...args, "-L", "label of it", "--rootdir", from, image);
  return image;
}

async function openTree(bytes: Buffer): Promise<FileTree> {
  const filesystem = await (await recognise(withPageCache(memoryDevice(bytes))))?.open?.();
  if (filesystem === undefined) throw new Error("not recognised");
  return createFileTree([{ path: "/", filesystem }]);
}

describe("the btrfs reader agrees with what mkfs.btrfs was given, and with blkid", () => {
  it.each(variants)("%s", async (_name, args) => {
    const image = await makeImage(args);
    const bytes = await readFile(image);
    const blkid = await tool("blkid", "-p", "-o", "export", image);
    expect(await recognise(memoryDevice(bytes))).toMatchObject({
      type: "btrfs",
      label: "label of it",
      uuid: /^UUID=(.+)$/m.exec(blkid)?.[1],
      unreadable: null,
    });
    const tree = await openTree(bytes);
    for (const [path, value] of Object.entries(files)) {
      if (value !== null && typeof value === "object" && "link" in value)
        expect(await tree.readLink(path), path).toBe(value.link);
      else expect((await tree.readFile(path, 8 * MiB))?.equals(Buffer.from(value ?? "")), path).toBe(true);
    }
    expect(await tree.readDirectory("/many")).toHaveLength(300);
    expect((await tree.readDirectory("/names")).map(({ name }) => name)).toContain("A\ufffd");
    expect(await tree.readText("/names/A\ufffd", 100)).toBe("latin");
    expect(await tree.stat("/names/B\ufffd")).toBeNull();
    expect(await tree.stat("/usr/lib/target")).toMatchObject({ kind: "file", mode: 0o4751, sizeBytes: 5 });
    const part = await (await tree.openFile("/large"))?.read(MiB - 5, 4099);
    expect(part?.equals(noise(3 * MiB + 77).subarray(MiB - 5, MiB - 5 + 4099))).toBe(true);
  });

  it("sees every damaged block, and uses the copy of one", async () => {
    const image = await makeImage(["-m", "dup", "--csum", "xxhash"]);
    const bytes = await readFile(image);
    const dump = await tool("btrfs", "inspect-internal", "dump-super", image);
    const root = Number(/^root\s+(\d+)$/m.exec(dump)?.[1]);
    const mapped = await tool("btrfs-map-logical", "-l", String(root), image);
    const places = [...mapped.matchAll(/physical (\d+)/g)].map(([, at]) => Number(at));
    expect(places).toHaveLength(2);
    for (const [index, at] of places.entries()) {
      bytes.writeUInt8(bytes.readUInt8(at + 300) ^ 4, at + 300);
      if (index === 0) expect(await (await openTree(bytes)).readText("/link", 100)).toBe("found");
      else await expect(openTree(bytes)).rejects.toThrow("checksum");
    }
  });

  it("says that further disks are needed", async () => {
    const disks = [await workshop.sparse("first", 128 * MiB), await workshop.sparse("second", 128 * MiB)];
    await tool("mkfs.btrfs", "-q", "-d", "raid0", "-m", "raid1", ...disks);
    const found = await recognise(memoryDevice(await readFile(disks[0] ?? "")));
    expect(found).toMatchObject({ type: "btrfs", open: null });
    expect(found?.unreadable).toBe("It spans 2 disks, and the others are needed to read it");
  });
});

it("the kernel's compressed files are what btrfs restore makes of them", async () => {
  const image = workshop.path("fixture");
  await writeFile(image, await readBtrfsFixture());
  await mkdir(workshop.path("restored"));
  await tool("btrfs", "restore", "-r", "256", image, workshop.path("restored"));
  for (const compression of fixtureCompressions) {
    const folder = join(workshop.path("restored"), compression);
    expect((await readdir(folder)).sort()).toEqual(Object.keys(packedFiles).sort());
    for (const [name, expected] of Object.entries(packedFiles))
      expect((await readFile(join(folder, name))).equals(expected), `${compression}/${name}`).toBe(true);
  }
});

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { withReadBudget } from "#core/image/source/read-budget.ts";
import { createWorkshop, memoryDevice, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";

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
  "/tiny": "x",
  "/inline-sized": "y".repeat(100),
  "/empty": "",
  "/one-block": noise(1024),
  "/direct-and-indirect": noise(300 * 1024),
  "/double-indirect": noise(2 * MiB + 77),
  "/fast": { link: "usr/lib/target" },
  "/slow": { link: `usr/${"long/../".repeat(20)}lib/target` },
  "/usr/lib/target": "found",
  "/usr/long": null,
  "/names/ünïcode ☂ file": "u",
  [`/names/${"n".repeat(255)}`]: "long",
  ...Object.fromEntries(
    Array.from({ length: 1500 }, (_v, i) => [
      `/many/entry-with-a-rather-long-name-${i}`,
      i % 500 === 0 ? `${i}` : "",
    ]),
  ),
};

async function open(bytes: Buffer): Promise<{ tree: FileTree; device: BlockDevice }> {
  const device = withPageCache(memoryDevice(bytes));
  const filesystem = await (await recognise(device))?.open?.();
  if (filesystem === undefined) throw new Error("not recognised");
  return { tree: createFileTree([{ path: "/", filesystem }]), device };
}

const variants: [string, string[]][] = [
  ["ext2, 1 KiB blocks, block maps", ["-t", "ext2", "-b", "1024"]],
  ["ext3, 4 KiB blocks", ["-t", "ext3", "-b", "4096", "-J", "size=4"]],
  ["ext4", ["-t", "ext4"]],
  ["ext4, 1 KiB blocks, 32 bit, no checksums", ["-t", "ext4", "-b", "1024", "-O", "^64bit,^metadata_csum"]],
  ["ext4 with inline data", ["-t", "ext4", "-O", "inline_data", "-I", "512"]],
  ["ext4 with meta_bg", ["-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode"]],
  ["ext4 with bigalloc", ["-t", "ext4", "-O", "bigalloc"]],
  ["ext2, revision 1, 64 KiB blocks", ["-t", "ext2", "-b", "65536"]],
  ["ext4 with sparse_super2", ["-t", "ext4", "-b", "1024", "-O", "sparse_super2,meta_bg,^resize_inode"]],
];

describe("ext readers agree with what was put in, and with blkid", () => {
  it.each(variants)("%s", async (_name, args) => {
    const uuid = "0f0e0d0c-0b0a-4908-8706-050403020100";
    const image = await workshop.ext("image", files, 96 * MiB, ...args, "-L", "label of 16 byte", "-U", uuid);
    const bytes = await readFile(image);
    const { tree, device } = await open(bytes);
    const found = await recognise(device);
    const blkid = await tool("blkid", "-p", "-o", "export", image);
    expect({ type: found?.type, label: found?.label, uuid: found?.uuid }).toEqual({
      type: /^TYPE=(.+)$/m.exec(blkid)?.[1],
      label: "label of 16 byte",
      uuid,
    });
    for (const [path, value] of Object.entries(files)) {
      if (value === null) expect(await tree.stat(path), path).toMatchObject({ kind: "directory" });
      else if (typeof value === "object" && "link" in value)
        expect(await tree.readLink(path), path).toBe(value.link);
      else expect((await tree.readFile(path, 8 * MiB))?.equals(Buffer.from(value)), path).toBe(true);
    }
    expect(await tree.readDirectory("/many")).toHaveLength(1500);
    expect(await tree.readText("/slow", 100)).toBe("found");
    const part = await (await tree.openFile("/double-indirect"))?.read(MiB - 5, 4099);
    expect(part?.equals(noise(2 * MiB + 77).subarray(MiB - 5, MiB - 5 + 4099))).toBe(true);
  });

  it("reads a sparse file behind its triple indirect block, as debugfs does", async () => {
    await writeFile(workshop.path("sparse-file"), "");
    await tool("truncate", "-s", "70M", workshop.path("sparse-file"));
    await tool(
      "dd",
      "if=/dev/urandom",
      `of=${workshop.path("sparse-file")}`,
      "bs=1000",
      "seek=69999",
      "count=2",
      "conv=notrunc",
      "status=none",
    );
    const content = await readFile(workshop.path("sparse-file"));
    const image = await workshop.ext("triple", { "/big": content }, 96 * MiB, "-t", "ext2", "-b", "1024");
    const { tree } = await open(await readFile(image));
    expect((await tree.readFile("/big", 100 * MiB))?.equals(content)).toBe(true);
    await tool("debugfs", "-R", `dump /big ${workshop.path("dumped")}`, image);
    expect((await readFile(workshop.path("dumped"))).equals(content)).toBe(true);
  });

  it.each([
    ["in large inodes", ["-I", "256"]],
    ["in blocks", ["-I", "128", "-O", "^metadata_csum"]],
    ["in inodes of their own", ["-O", "ea_inode"]],
  ])("reads attributes %s", async (_name, args) => {
    const image = await workshop.ext(
      "attributes",
      { "/plain": "", "/a/labelled": "x" },
      16 * MiB,
      "-t",
      "ext4",
      ...args,
    );
    const large = "v".repeat(900);
    await writeFile(workshop.path("value"), args.includes("ea_inode") ? "w".repeat(1020) : large);
    await tool(
      "debugfs",
      "-w",
      "-R",
      "ea_set /a/labelled security.selinux system_u:object_r:etc_t:s0",
      image,
    );
    await tool("debugfs", "-w", "-R", `ea_set -f ${workshop.path("value")} /a/labelled user.large`, image);
    const { tree } = await open(await readFile(image));
    expect(String(await tree.attribute("/a/labelled", "security.selinux"))).toBe(
      "system_u:object_r:etc_t:s0",
    );
    expect(String(await tree.attribute("/a/labelled", "user.large"))).toBe(
      await readFile(workshop.path("value"), "utf8"),
    );
    expect(await tree.attribute("/a/labelled", "security.capability")).toBeNull();
    expect(await tree.attribute("/plain", "security.selinux")).toBeNull();
  });

  it("finds names regardless of case where the folder says so", async () => {
    const image = await workshop.ext("casefold", { "/a": "" }, 16 * MiB, "-t", "ext4", "-O", "casefold");
    const script = workshop.path("commands");
    await writeFile(workshop.path("content"), "text");
    await writeFile(
      script,
      `mkdir /folder\nset_inode_field /folder flags 0x40080000\nwrite ${workshop.path("content")} /folder/Ünï.Conf\n`,
    );
    await tool("debugfs", "-w", "-f", script, image);
    const { tree } = await open(await readFile(image));
    expect(await tree.readText("/folder/ünÏ.conf", 100)).toBe("text");
    expect(await tree.readText("/A", 100)).toBeNull();
  });

  it("says that a folder is encrypted", async () => {
    const image = await workshop.ext(
      "encrypted",
      { "/secret/file": "x" },
      16 * MiB,
      "-t",
      "ext4",
      "-O",
      "encrypt",
    );
    await tool("debugfs", "-w", "-R", "set_inode_field /secret flags 0x80800", image);
    const { tree } = await open(await readFile(image));
    await expect(tree.readDirectory("/secret")).rejects.toThrow("encrypted (fscrypt)");
  });

  it("notes a superblock whose checksum is wrong", async () => {
    const bytes = await readFile(await workshop.ext("wrong", { "/a": "b" }, 16 * MiB, "-t", "ext4"));
    bytes.write("x", 1024 + 136);
    const filesystem = await (await recognise(memoryDevice(bytes)))?.open?.();
    expect(filesystem?.notes).toEqual([
      "The checksum of the ext4 filesystem's superblock is wrong: Linux refuses to mount it.",
    ]);
  });

  it("notes a journal that has nothing to replay", async () => {
    const image = await workshop.ext("dirty", { "/a": "b" }, 16 * MiB, "-t", "ext4");
    await tool("debugfs", "-w", "-R", "feature needs_recovery", image);
    const filesystem = await (await recognise(memoryDevice(await readFile(image))))?.open?.();
    expect(filesystem?.notes[0]).toContain("not unmounted cleanly");
  });
});

describe("damaged ext filesystems", () => {
  const seed = Number(process.env["EXT_FUZZ_SEED"] ?? 20_261_121);
  it.each([
    ["extents", ["-t", "ext4", "-b", "1024"]],
    ["block maps", ["-t", "ext2", "-b", "1024"]],
    ["inline data", ["-t", "ext4", "-b", "1024", "-O", "inline_data"]],
  ])("end in an answer or an error: %s", async (_name, args) => {
    const few: MemoryFiles = {
      "/dir/file": noise(40_000),
      "/dir/sub/deep": "d",
      "/link": { link: "dir/file" },
      "/small": "s",
    };
    const image = await workshop.ext("fuzz", few, 2 * MiB, ...args, "-N", "64");
    const original = await readFile(image);
    const used = original.reduce((last, byte, at) => (byte === 0 ? last : at), 0);
    const place = fc.oneof(
      fc.integer({ min: 1024, max: 2047 }),
      fc.integer({ min: 1024, max: 64 * 1024 }),
      fc.integer({ min: 1024, max: used }),
    );
    const change = fc.record({
      at: place,
      value: fc.oneof(fc.nat(255), fc.constantFrom(0, 255, 128, 127)),
      count: fc.constantFrom(1, 1, 2, 4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const { at, value, count } of changes) bytes.fill(value, at, Math.min(at + count, bytes.length));
        const startedMs = performance.now();
        await walk(bytes);
        return performance.now() - startedMs < 2000;
      }),
      { numRuns: Number(process.env["EXT_FUZZ_RUNS"] ?? 400), seed },
    );
  });
});

/** Reads all that can be reached; every error must be ours. */
async function walk(bytes: Buffer): Promise<void> {
  const limits = { signal: AbortSignal.timeout(5000), maxReads: 50_000, maxReadBytes: 256 * MiB };
  const device = withReadBudget(withPageCache(memoryDevice(bytes)), limits);
  try {
    const filesystem = await (await recognise(device))?.open?.();
    if (filesystem === undefined) return;
    const tree = createFileTree([{ path: "/", filesystem }]);
    const folders = ["/"];
    let steps = 0;
    for (let folder = folders.pop(); folder !== undefined && steps < 500; folder = folders.pop()) {
      for (const entry of await tree.readDirectory(folder)) {
        if (++steps > 500) break;
        const path = `${folder === "/" ? "" : folder}/${entry.name}`;
        const stat = await tree.lstat(path).catch(ours);
        if (stat?.kind === "directory" && path.length < 100) folders.push(path);
        if (stat?.kind === "symlink") await tree.readLink(path).catch(ours);
        if (stat?.kind === "file") await tree.readFile(path, MiB).catch(ours);
      }
    }
  } catch (error) {
    ours(error);
  }
}

function ours(error: unknown): null {
  if (error instanceof AppError && error.code === "image-unreadable") return null;
  throw error;
}

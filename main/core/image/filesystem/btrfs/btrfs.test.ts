import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { withReadBudget } from "#core/image/source/read-budget.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { walkFilesystem } from "#core/image/testing/walk-filesystem.ts";
import {
  fixtureCompressions,
  fixtureLabel,
  fixtureUuid,
  packedFiles,
  readBtrfsFixture,
  systemFiles,
} from "./testing/fixture.ts";

const superblockAt = 64 * 1024;
const nodeBytes = 4096;
let image: Buffer;
beforeAll(async () => {
  image = await readBtrfsFixture();
});

async function open(bytes = image): Promise<Filesystem> {
  const filesystem = await (await recognise(memoryDevice(bytes)))?.open?.();
  if (filesystem === undefined) throw new Error("not recognised");
  return filesystem;
}

const treeOf = (filesystem: Filesystem | null | undefined): FileTree => {
  if (filesystem === null || filesystem === undefined) throw new Error("no such subvolume");
  return createFileTree([{ path: "/", filesystem }]);
};

/** The image with its superblock changed and sealed again. */
function withSuperblock(change: (superblock: Buffer) => void): Buffer {
  const changed = Buffer.from(image);
  const superblock = changed.subarray(superblockAt, superblockAt + 4096);
  change(superblock);
  superblock.writeUInt32LE(crc32c(superblock.subarray(32)), 0);
  return changed;
}

describe("a btrfs filesystem that the kernel made", () => {
  it("shows its default subvolume, as mount does", async () => {
    const filesystem = await open();
    expect(filesystem).toMatchObject({
      type: "btrfs",
      label: fixtureLabel,
      uuid: fixtureUuid,
      subvolume: "@",
      notes: [],
    });
    const tree = treeOf(filesystem);
    for (const [path, value] of Object.entries(systemFiles)) {
      if (typeof value === "string") expect(await tree.readText(path, 1000), path).toBe(value);
    }
    expect(await tree.readLink("/usr/bin/link")).toBe("../lib/target");
    expect(await tree.readText("/usr/bin/link", 100)).toBe("found");
    expect(await tree.stat("/etc/not-there")).toBeNull();
    expect((await tree.readDirectory("/")).map(({ name, kind }) => `${name} ${kind}`)).toEqual(
      ["etc", "home", "lzo", "nested", "usr", "zlib", "zstd"].map((name) => `${name} directory`),
    );
    expect(await tree.attribute("/etc/os-release", "user.colour")).toEqual(Buffer.from("gold"));
    expect(await tree.attribute("/etc/os-release", "security.selinux")).toBeNull();
  });

  it.each(fixtureCompressions)("reads files packed with %s, whole and in pieces", async (compression) => {
    const tree = treeOf(await open());
    for (const [name, expected] of Object.entries(packedFiles)) {
      const path = `/${compression}/${name}`;
      expect((await tree.readFile(path, 10 ** 6))?.equals(expected), path).toBe(true);
      const file = await tree.openFile(path);
      await fc.assert(
        fc.asyncProperty(fc.nat(expected.length + 10), fc.nat(200_000), async (offset, length) => {
          const piece = await file?.read(offset, length);
          return piece?.equals(expected.subarray(offset, offset + length)) === true;
        }),
        { numRuns: 30 },
      );
    }
  });

  it("finds subvolumes by path and by number, and nested ones as folders", async () => {
    const filesystem = await open();
    const all = (await filesystem.subvolumes?.()) ?? [];
    expect(all.map(({ path, isReadOnly }) => `${path}${isReadOnly ? " (read-only)" : ""}`)).toEqual([
      "@",
      "@home",
      "plain/deep",
      "@/nested",
      "snapshot (read-only)",
    ]);
    expect(await treeOf(await filesystem.openSubvolume?.("@home")).readText("/user/note", 100)).toBe(
      "in @home",
    );
    const deep = all.find(({ path }) => path === "plain/deep")?.id ?? 0;
    for (const name of ["plain/deep", "/plain/deep/", deep])
      expect(await treeOf(await filesystem.openSubvolume?.(name)).readText("/bottom", 100)).toBe("deep");
    expect((await filesystem.openSubvolume?.(deep))?.subvolume).toBe("plain/deep");
    const top = treeOf(await filesystem.openSubvolume?.(5));
    expect(await top.readText("/@/nested/inside", 100)).toBe("nested");
    for (const none of ["plain", "@/etc", "@/etc/os-release", "nothing", 4, 1000, 2 ** 60])
      expect(await filesystem.openSubvolume?.(none), String(none)).toBeNull();
  });

  it("shows an empty folder where a snapshot left out a subvolume", async () => {
    const filesystem = await open();
    const snapshot = treeOf(await filesystem.openSubvolume?.("snapshot"));
    expect(await snapshot.readText("/etc/os-release", 100)).toBe(systemFiles["/etc/os-release"]);
    expect(await snapshot.stat("/nested")).toMatchObject({ kind: "directory" });
    expect(await snapshot.readDirectory("/nested")).toEqual([]);
    expect(await snapshot.stat("/nested/inside")).toBeNull();
    expect(await filesystem.openSubvolume?.("snapshot/nested")).toBeNull();
  });
});

describe("a btrfs superblock", () => {
  const cases: [string, string, (superblock: Buffer) => void][] = [
    ["unknown features", "features that are not known here (0x100000)", (s) => s.writeUInt8(0x10, 190)],
    ["zoned", "zoned", (s) => s.writeUInt8(s.readUInt8(189) | 0x10, 189)],
    ["raid56", "raid56", (s) => s.writeUInt8(s.readUInt8(188) | 0x80, 188)],
    ["extent tree v2", "extent_tree_v2", (s) => s.writeUInt8(s.readUInt8(189) | 0x20, 189)],
    ["a RAID stripe tree", "raid_stripe_tree", (s) => s.writeUInt8(s.readUInt8(189) | 0x40, 189)],
    ["more disks", "spans 3 disks, and the others are needed", (s) => s.writeBigUInt64LE(3n, 136)],
    ["an absurd node size", "superblock is damaged", (s) => s.writeUInt32LE(2 ** 31, 148)],
    ["a sector size of 0", "superblock is damaged", (s) => s.writeUInt32LE(0, 144)],
    ["a tree of 9 levels", "superblock is damaged", (s) => s.writeUInt8(8, 198)],
  ];
  it.each(cases)("with %s is refused in words", async (_name, words, change) => {
    const found = await recognise(memoryDevice(withSuperblock(change)));
    expect(found).toMatchObject({ type: "btrfs", uuid: fixtureUuid, open: null });
    expect(found?.unreadable).toContain(words);
  });

  it("tells of its state", async () => {
    const filesystem = await open(
      withSuperblock((superblock) => {
        superblock.writeBigUInt64LE(4096n, 96); // a log
        superblock.writeBigUInt64LE(2n ** 40n, 112);
        superblock.writeUInt8(1, 60); // seeding
      }),
    );
    expect(filesystem.notes).toEqual([
      expect.stringContaining("not unmounted cleanly"),
      expect.stringContaining("larger than the space"),
      expect.stringContaining("seed"),
    ]);
  });

  it("is read from its copy when the first is damaged, and refused when there is none", async () => {
    const damaged = Buffer.concat([image, Buffer.alloc(48 * 1024 ** 2)]);
    image.copy(damaged, 64 * 1024 ** 2, superblockAt, superblockAt + 4096);
    const copy = damaged.subarray(64 * 1024 ** 2, 64 * 1024 ** 2 + 4096);
    copy.writeBigUInt64LE(BigInt(64 * 1024 ** 2), 48);
    copy.writeUInt32LE(crc32c(copy.subarray(32)), 0);
    damaged.writeUInt8(7, superblockAt + 81);
    const filesystem = await open(damaged);
    expect(filesystem.notes).toEqual([
      "The first superblock of the btrfs filesystem is damaged; its copy was used.",
    ]);
    expect(await treeOf(filesystem).readText("/usr/lib/target", 100)).toBe("found");
    const alone = await recognise(memoryDevice(damaged.subarray(0, image.length)));
    expect(alone).toMatchObject({ type: "btrfs", unreadable: "Its superblock is damaged", open: null });
  });
});

/** Offsets of everything that looks like a tree block. */
function treeBlocks(): number[] {
  const found: number[] = [];
  const id = image.subarray(superblockAt + 32, superblockAt + 48);
  for (let at = 0; at < image.length; at += nodeBytes) {
    if (at !== superblockAt && image.subarray(at + 32, at + 48).equals(id)) found.push(at);
  }
  return found;
}

describe("damaged trees", () => {
  it("are seen by their checksum", async () => {
    const damaged = Buffer.from(image);
    for (const at of treeBlocks()) damaged.writeUInt8(damaged.readUInt8(at + 2000) ^ 1, at + 2000);
    await expect(open(damaged)).rejects.toMatchObject({ code: "image-unreadable" });
    await expect(open(damaged)).rejects.toThrow("checksum");
  });

  it("give an answer or a clear error whatever their blocks say", async () => {
    const blocks = treeBlocks();
    expect(blocks.length).toBeGreaterThan(20);
    const change = fc.record({
      block: fc.nat(blocks.length - 1),
      at: fc.oneof(fc.integer({ min: 32, max: 400 }), fc.integer({ min: 32, max: nodeBytes - 9 })),
      value: fc.oneof(
        fc.constantFrom(0n, 1n, 2n ** 64n - 1n, 2n ** 32n, 2n ** 53n),
        fc.bigInt(0n, 2n ** 64n - 1n),
      ),
      bytes: fc.constantFrom(1, 2, 4, 8),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const undo = changes.map(({ block }) => {
          const at = blocks[block] ?? 0;
          return [at, Buffer.from(image.subarray(at, at + nodeBytes))] as const;
        });
        for (const { block, at, value, bytes } of changes) {
          const node = image.subarray(blocks[block], (blocks[block] ?? 0) + nodeBytes);
          const written = Buffer.alloc(8);
          written.writeBigUInt64LE(value);
          written.copy(node, at, 0, bytes);
          node.writeUInt32LE(crc32c(node.subarray(32)), 0);
        }
        try {
          const budget = {
            signal: AbortSignal.timeout(5000),
            maxReads: 50_000,
            maxReadBytes: 256 * 1024 ** 2,
          };
          const device = withReadBudget(memoryDevice(image), budget);
          const openIt = async (): Promise<Filesystem | null> =>
            (await (await recognise(device))?.open?.()) ?? null;
          const walked = { maxNodes: 100, attributes: ["user.colour"], random: () => 0.3 };
          await walkFilesystem(openIt, walked);
          await walkFilesystem(async () => (await (await openIt())?.openSubvolume?.(5)) ?? null, walked);
          await walkFilesystem(async () => {
            await (await openIt())?.subvolumes?.();
            return null;
          }, walked);
        } finally {
          for (const [at, bytes] of undo) bytes.copy(image, at);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

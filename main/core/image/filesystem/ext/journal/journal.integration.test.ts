import { copyFile, readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { readExtSuperblock } from "#core/image/filesystem/ext/superblock.ts";
import { createFileTree } from "#core/image/filesystem/file-tree.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { withReadBudget } from "#core/image/source/read-budget.ts";
import { createWorkshop, memoryDevice, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { replayJournal } from "./replay-journal.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const files = { "/file": "old content", "/etc/os-release": "ID=old\n" };
const magic = Buffer.from("c03b3998", "hex");

/** Blocks of a pattern each; the second begins like a block of the journal itself. */
function blocksOf(count: number, seed: number): Buffer {
  const bytes = Buffer.alloc(count * 1024);
  for (let at = 0; at < count; at++) bytes.fill(`${seed}:${at} `, at * 1024, (at + 1) * 1024);
  if (count > 1) magic.copy(bytes, 1024);
  return bytes;
}

/** Writes transactions with debugfs. Each line is one of its commands; `@name` stands for a file of the workshop. */
async function writeJournal(image: string, open: string, commands: readonly string[]): Promise<void> {
  const script = workshop.path("commands");
  const lines = [
    `jo ${open}`,
    ...commands.map((line) => line.replaceAll("@", `${workshop.folder}/`)),
    "jc",
    "",
  ];
  await writeFile(script, lines.join("\n"));
  await tool("debugfs", "-w", "-f", script, image);
}

async function replayedByLinuxTools(image: string): Promise<Buffer> {
  const copy = workshop.path("replayed");
  await copyFile(image, copy);
  await tool("debugfs", "-w", "-R", "jr", copy);
  return readFile(copy);
}

async function replay(bytes: Buffer) {
  const device = memoryDevice(bytes);
  const superblock = await readExtSuperblock(device);
  if (superblock === null) throw new Error("no filesystem");
  return { superblock, ...(await replayJournal(device, superblock)) };
}

/** Byte at which the journal begins. */
async function journalStart(image: string): Promise<number> {
  const text = await tool("debugfs", "-R", "stat <8>", image);
  return Number(/^\(0-\d+\):(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Numbers of the blocks that differ; superblock and journal are told apart by the caller. */
function differing(a: Buffer, b: Buffer): number[] {
  const found: number[] = [];
  for (let block = 0; block * 1024 < a.length; block++) {
    const at = block * 1024;
    if (!a.subarray(at, at + 1024).equals(b.subarray(at, at + 1024))) found.push(block);
  }
  return found;
}

const transactions = [
  "jw -b 6000,6001,6002,6003,6004 @five",
  "jw -b 6001,6005 @two",
  "jw -r 6003",
  "jw -b 6006,6007 @two",
  "jw -b 6100-6130 @many",
  "jw -r 6100-6110",
  "jw -b 6104 @one",
];

describe("a journal that debugfs wrote", () => {
  it.each([
    ["without checksums, 32 bit", "^64bit,^metadata_csum", ""],
    ["without checksums, 64 bit", "64bit,^metadata_csum", ""],
    ["a checksum for each transaction, 32 bit", "^64bit,^metadata_csum", "-c"],
    ["checksums version 2, 32 bit", "^64bit,metadata_csum", "-c -v 2"],
    ["checksums version 2, 64 bit", "64bit,metadata_csum", "-c -v 2"],
    ["checksums version 3, 32 bit", "^64bit,metadata_csum", "-c -v 3"],
    ["checksums version 3, 64 bit", "64bit,metadata_csum", "-c -v 3"],
  ])("is seen as after a replay: %s", async (variant, features, open) => {
    const image = await workshop.ext(
      "image",
      files,
      16 * MiB,
      "-t",
      "ext4",
      "-b",
      "1024",
      "-J",
      "size=2",
      "-O",
      features,
    );
    for (const [name, count] of [
      ["one", 1],
      ["two", 2],
      ["five", 5],
      ["many", 31],
    ] as const)
      await writeFile(workshop.path(name), blocksOf(count, count));
    await writeJournal(image, open, transactions);
    const bytes = await readFile(image);
    const expected = await replayedByLinuxTools(image);
    const { device, notes, superblock } = await replay(bytes);
    expect(superblock.needsRecovery).toBe(true);
    // debugfs writes a wrong checksum for transactions without data, and Linux stops there too
    const count = variant.startsWith("a checksum") ? 2 : 7;
    expect(notes).toEqual([expect.stringContaining(`replayed in memory (${count} transactions, `)]);
    const seen = await device.read(0, device.sizeBytes);
    // block 1 is the superblock, whose flag Linux clears; the journal's own header is emptied
    const header = (await journalStart(image)) / 1024;
    expect(differing(seen, expected).filter((block) => block !== 1 && block !== header)).toEqual([]);
    // and it did change what is on the disk
    expect(differing(bytes, expected)).toContain(6001);
    // in pieces as well as at once
    for (const [at, length] of [
      [6001 * 1024 - 7, 1040],
      [6004 * 1024 + 5, 20],
      [6100 * 1024 - 1, 40 * 1024],
    ] as const)
      expect((await device.read(at, length)).equals(seen.subarray(at, at + length))).toBe(true);
  });

  it("shows files as Linux would after mounting", async () => {
    const image = await workshop.ext("image", files, 16 * MiB, "-t", "ext4", "-b", "1024", "-J", "size=2");
    const block = Number((await tool("debugfs", "-R", "blocks /etc/os-release", image)).trim());
    const content = Buffer.alloc(1024);
    content.write("ID=new\n");
    await writeFile(workshop.path("one"), content);
    await writeJournal(image, "-c -v 3", [`jw -b ${block} @one`]);
    const filesystem = await (await recognise(memoryDevice(await readFile(image))))?.open?.();
    if (filesystem === undefined) throw new Error("not recognised");
    expect(await createFileTree([{ path: "/", filesystem }]).readText("/etc/os-release", 100)).toBe(
      "ID=new\n",
    );
    expect(filesystem.notes).toEqual([
      "The ext4 filesystem was not unmounted cleanly; its journal was replayed in memory (1 transaction, 1 block), as Linux does on mounting.",
    ]);
  });

  it("goes round the end of the ring", async () => {
    const image = await workshop.ext("image", files, 16 * MiB, "-t", "ext4", "-b", "1024", "-J", "size=1");
    await writeFile(workshop.path("many"), blocksOf(31, 1));
    await writeJournal(image, "-c -v 3", ["jw -b 6000-6030 @many", "jw -b 6100-6130 @many"]);
    const bytes = await readFile(image);
    const start = await journalStart(image);
    const ring = Buffer.from(bytes.subarray(start + 1024, start + 1024 * 1024));
    // the same log, turned so that it begins 40 blocks before the end
    const turn = 1023 - 40;
    ring.copy(bytes, start + 1024 + turn * 1024, 0, 40 * 1024);
    ring.copy(bytes, start + 1024, 40 * 1024);
    bytes.writeUInt32BE(1 + turn, start + 28);
    const header = Buffer.from(bytes.subarray(start, start + 1024));
    header.writeUInt32BE(0, 252);
    bytes.writeUInt32BE(~crc32c(header) >>> 0, start + 252);
    await writeFile(image, bytes);
    const expected = await replayedByLinuxTools(image);
    const { device, notes } = await replay(bytes);
    expect(notes[0]).toContain("(2 transactions, 62 blocks)");
    const seen = await device.read(0, device.sizeBytes);
    expect(seen.subarray(6000 * 1024, 6200 * 1024).equals(expected.subarray(6000 * 1024, 6200 * 1024))).toBe(
      true,
    );
  });

  it("replays what comes before the damage, and says so", async () => {
    const image = await workshop.ext("image", files, 16 * MiB, "-t", "ext4", "-b", "1024", "-J", "size=2");
    await writeFile(workshop.path("one"), blocksOf(1, 9));
    await writeJournal(image, "-c -v 3", ["jw -b 6000 @one", "jw -b 6001 @one"]);
    const bytes = await readFile(image);
    const start = await journalStart(image);
    // header, then: list, data, commit; list, data, commit
    bytes.writeUInt8(bytes.readUInt8(start + 6 * 1024 + 40) ^ 1, start + 6 * 1024 + 40);
    const { device, notes } = await replay(bytes);
    expect(notes[0]).toContain("(1 transaction, 1 block)");
    expect(notes[0]).toContain(
      "After that the journal is damaged: the end of a transaction has a wrong checksum.",
    );
    expect((await device.read(6000 * 1024, 3)).toString()).toBe("9:0");
    expect((await device.read(6001 * 1024, 3)).toString()).not.toBe("9:0");
    bytes.fill(0, start, start + 1024);
    expect((await replay(bytes)).notes).toEqual([
      "The ext4 filesystem was not unmounted cleanly, and its journal is damaged: it has no header; it was read as it is.",
    ]);
  });

  it("finds the journal by the copy in the superblock when its inode is lost", async () => {
    const image = await workshop.ext("image", files, 16 * MiB, "-t", "ext4", "-b", "1024", "-J", "size=2");
    await writeFile(workshop.path("one"), blocksOf(1, 9));
    await writeJournal(image, "-c -v 3", ["jw -b 6000 @one"]);
    await tool("debugfs", "-w", "-R", "clri <8>", image);
    const { device, notes } = await replay(await readFile(image));
    expect(notes[0]).toContain("(1 transaction, 1 block)");
    expect((await device.read(6000 * 1024, 3)).toString()).toBe("9:0");
  });

  it("says when the journal is elsewhere", async () => {
    const journal = await workshop.sparse("external", 4 * MiB);
    await tool("mke2fs", "-q", "-F", "-O", "journal_dev", "-b", "1024", journal);
    const image = await workshop.ext(
      "image",
      files,
      16 * MiB,
      "-t",
      "ext4",
      "-b",
      "1024",
      "-O",
      "^has_journal",
    );
    await tool("debugfs", "-w", "-R", "feature has_journal needs_recovery", image);
    const { notes } = await replay(await readFile(image));
    expect(notes).toEqual([
      "The ext4 filesystem was not unmounted cleanly, and its journal is on another disk; it was read as it is.",
    ]);
  });

  it("names fast commits", async () => {
    const image = await workshop.ext(
      "image",
      files,
      32 * MiB,
      "-t",
      "ext4",
      "-b",
      "1024",
      "-J",
      "size=4,fast_commit_size=256",
      "-O",
      "fast_commit",
    );
    await writeFile(workshop.path("one"), blocksOf(1, 9));
    await writeJournal(image, "", ["jw -b 6000 @one"]);
    const bytes = await readFile(image);
    const start = await journalStart(image);
    // the journal's own feature and area, as the kernel sets them with the first fast commit
    bytes.writeUInt32BE((bytes.readUInt32BE(start + 40) | 0x20) >>> 0, start + 40);
    bytes.writeUInt32BE(256, start + 84);
    const end = bytes.readUInt32BE(start + 16) - 256;
    const { notes: without } = await replay(bytes);
    expect(without).toHaveLength(1);
    const area = start + end * 1024;
    bytes.writeUInt16LE(0x000a, area);
    bytes.writeUInt16LE(8, area + 2);
    bytes.writeUInt32LE(bytes.readUInt32BE(start + 24) + 1, area + 8);
    const { notes } = await replay(bytes);
    expect(notes[1]).toBe(
      "The newest changes of the ext4 filesystem are fast commits in its journal, which are not replayed here.",
    );
  });
});

describe("a damaged journal", () => {
  const seed = Number(process.env["EXT_FUZZ_SEED"] ?? 20_261_121);
  it.each([
    ["no checksums", ""],
    ["checksums", "-c -v 3"],
  ])("ends in an answer: %s", async (_name, open) => {
    const image = await workshop.ext(
      "image",
      files,
      4 * MiB,
      "-t",
      "ext4",
      "-b",
      "1024",
      "-J",
      "size=1",
      "-N",
      "64",
    );
    for (const [name, count] of [
      ["one", 1],
      ["two", 2],
    ] as const)
      await writeFile(workshop.path(name), blocksOf(count, count));
    await writeJournal(image, open, ["jw -b 3000,3001 @two", "jw -r 3000", "jw -b 100 @one"]);
    const original = await readFile(image);
    const start = await journalStart(image);
    const change = fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1024, max: 12 * 1024 })),
      value: fc.oneof(fc.nat(255), fc.constantFrom(0, 255, 8)),
      count: fc.constantFrom(1, 1, 2, 4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const { at, value, count } of changes) bytes.fill(value, start + at, start + at + count);
        const limits = { signal: AbortSignal.timeout(5000), maxReads: 50_000, maxReadBytes: 256 * MiB };
        const device = withReadBudget(withPageCache(memoryDevice(bytes)), limits);
        try {
          const filesystem = await (await recognise(device))?.open?.();
          if (filesystem === undefined) return false;
          await createFileTree([{ path: "/", filesystem }]).readText("/etc/os-release", 1000);
          return filesystem.notes.length > 0;
        } catch (error) {
          return error instanceof AppError && error.code === "image-unreadable";
        }
      }),
      { numRuns: Number(process.env["EXT_FUZZ_RUNS"] ?? 200), seed },
    );
  });
});

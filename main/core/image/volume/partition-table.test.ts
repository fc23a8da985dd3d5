import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { nameForeignTable } from "./foreign-tables.ts";
import { readPartitionTable } from "./read-partition-table.ts";

const sectors = 2048;

function slot(
  disk: Buffer,
  sector: number,
  index: number,
  type: number,
  start: number,
  count: number,
  flag = 0,
): void {
  const at = sector * 512 + 446 + index * 16;
  disk.writeUInt8(flag, at);
  disk.writeUInt8(type, at + 4);
  disk.writeUInt32LE(start, at + 8);
  disk.writeUInt32LE(count, at + 12);
  disk.writeUInt16LE(0xaa55, sector * 512 + 510);
}

/** A GPT of one partition from sector 100 to 199, with its backup. */
function gptDisk(sectorBytes = 512): Buffer {
  const disk = Buffer.alloc(sectors * sectorBytes);
  slot(disk, 0, 0, 0xee, 1, sectors - 1);
  const table = Buffer.alloc(128 * 128);
  Buffer.from("af3dc60f838472478e793d69d8477de4", "hex").copy(table, 0);
  Buffer.from("00112233445566778899aabbccddeeff", "hex").copy(table, 16);
  table.writeBigUInt64LE(100n, 32);
  table.writeBigUInt64LE(199n, 40);
  table.writeUInt8(4, 48);
  table.write("root", 56, "utf16le");
  const header = (own: number, entries: number): void => {
    const block = Buffer.alloc(sectorBytes);
    block.write("EFI PART");
    block.writeUInt32LE(92, 12);
    block.writeBigUInt64LE(BigInt(own), 24);
    block.writeBigUInt64LE(BigInt(own === 1 ? sectors - 1 : 1), 32);
    block.writeBigUInt64LE(BigInt(entries), 72);
    block.writeUInt32LE(128, 80);
    block.writeUInt32LE(128, 84);
    block.writeUInt32LE(crc32(table), 88);
    block.writeUInt32LE(crc32(block.subarray(0, 92)), 16);
    block.copy(disk, own * sectorBytes);
    table.copy(disk, entries * sectorBytes);
  };
  header(1, 2);
  header(sectors - 1, sectors - 33);
  return disk;
}

const read = (disk: Buffer) => readPartitionTable(memoryDevice(disk));

describe("GPT", () => {
  const root = {
    number: 1,
    startByte: 51200,
    sizeBytes: 51200,
    typeId: "0fc63daf-8483-4772-8e79-3d69d8477de4",
    typeName: "Linux filesystem",
    name: "root",
    bootable: true,
    partUuid: "33221100-5544-7766-8899-aabbccddeeff",
  };

  it("reads the primary table", async () => {
    expect(await read(gptDisk())).toEqual({ kind: "gpt", partitions: [root], notes: [] });
  });

  it("reads one that counts in sectors of 4096 bytes, and says what that means", async () => {
    const table = await read(gptDisk(4096));
    expect(table?.partitions).toEqual([{ ...root, startByte: 100 * 4096, sizeBytes: 100 * 4096 }]);
    expect(table?.notes).toEqual([expect.stringContaining("sectors of 4096 bytes")]);
  });

  it("uses the backup when the primary's checksum is wrong, and says so", async () => {
    const disk = gptDisk();
    disk.writeUInt8(disk.readUInt8(512 + 40) ^ 1, 512 + 40);
    const table = await read(disk);
    expect(table?.partitions).toEqual([root]);
    expect(table?.notes).toEqual(["The primary GPT is damaged; its backup at the end of the disk was used."]);
  });

  it("uses the backup when the primary's entries were changed", async () => {
    const disk = gptDisk();
    disk.writeUInt8(1, 2 * 512 + 33);
    expect((await read(disk))?.partitions).toEqual([root]);
  });

  it("says when the disk was made larger, cut off, or lost its backup", async () => {
    const notes = async (disk: Buffer): Promise<readonly string[]> => (await read(disk))?.notes ?? [];
    expect((await notes(Buffer.concat([gptDisk(), Buffer.alloc(1024 ** 2)])))[0]).toContain("made larger");
    expect((await notes(gptDisk().subarray(0, 300 * 512)))[0]).toContain("truncated");
    expect((await notes(gptDisk().subarray(0, 150 * 512)))[1]).toContain("Partition 1 reaches past the end");
    const disk = gptDisk();
    disk.fill(0, (sectors - 1) * 512);
    expect(await notes(disk)).toEqual(["The backup of the GPT is damaged or missing."]);
  });

  it("finds the backup of a larger disk by a damaged primary", async () => {
    const disk = Buffer.concat([gptDisk(), Buffer.alloc(1024 ** 2)]);
    disk.writeUInt8(disk.readUInt8(512 + 40) ^ 1, 512 + 40);
    const table = await read(disk);
    expect(table?.partitions).toEqual([root]);
    expect(table?.notes[0]).toBe("The primary GPT is damaged; its backup inside of the disk was used.");
  });

  it("says when the MBR is a hybrid or not protective", async () => {
    const disk = gptDisk();
    slot(disk, 0, 1, 0x0c, 100, 100);
    expect((await read(disk))?.notes).toEqual([
      "The MBR is a hybrid that also names partitions; the GPT counts.",
    ]);
    disk.fill(0, 0, 512);
    expect((await read(disk))?.notes[0]).toContain("no protective MBR");
  });

  it("says when both are damaged", async () => {
    const disk = gptDisk();
    disk.fill(0, 512, 1024);
    disk.fill(0, (sectors - 1) * 512);
    const table = await read(disk);
    expect(table?.kind).toBe("mbr");
    expect(table?.notes[0]).toContain("both copies of the GPT are damaged");
  });
});

describe("MBR", () => {
  it("reads primary and logical partitions", async () => {
    const disk = Buffer.alloc(sectors * 512);
    disk.writeUInt32LE(0xdeadbeef, 440);
    slot(disk, 0, 0, 0x83, 64, 100, 0x80);
    slot(disk, 0, 1, 0x05, 256, 1000);
    slot(disk, 256, 0, 0x82, 8, 64);
    slot(disk, 256, 1, 0x05, 200, 200);
    slot(disk, 456, 0, 0x83, 8, 64);
    const table = await read(disk);
    expect(
      table?.partitions.map((p) => [p.number, p.startByte / 512, p.sizeBytes / 512, p.typeId, p.bootable]),
    ).toEqual([
      [1, 64, 100, "0x83", true],
      [2, 256, 1000, "0x05", false],
      [5, 264, 64, "0x82", false],
      [6, 464, 64, "0x83", false],
    ]);
    expect(table?.partitions[0]?.partUuid).toBe("deadbeef-01");
  });

  it("comes to an end in a ring of logical partitions", async () => {
    const disk = Buffer.alloc(sectors * 512);
    slot(disk, 0, 0, 0x05, 256, 1000);
    slot(disk, 256, 0, 0x83, 8, 64);
    slot(disk, 256, 1, 0x05, 200, 200);
    slot(disk, 456, 0, 0x83, 8, 64);
    slot(disk, 456, 1, 0x05, 0, 200);
    const table = await read(disk);
    expect(table?.partitions.map((p) => p.number)).toEqual([1, 5, 6]);
    expect(table?.notes).toEqual(["The chain of logical partitions has no end."]);
  });

  it("notes a partition that reaches past the end of the disk", async () => {
    const disk = Buffer.alloc(sectors * 512);
    slot(disk, 0, 0, 0x83, 64, 1_000_000);
    expect((await read(disk))?.notes).toEqual([
      "Partition 1 reaches past the end of the disk; the image may be truncated.",
    ]);
  });

  it("notes partitions that overlap, but not the logical ones in their extended one", async () => {
    const disk = Buffer.alloc(sectors * 512);
    slot(disk, 0, 0, 0x83, 64, 100);
    slot(disk, 0, 1, 0x83, 150, 100);
    slot(disk, 0, 2, 0x05, 256, 1000);
    slot(disk, 256, 0, 0x83, 8, 64);
    expect((await read(disk))?.notes).toEqual(["Partitions 1 and 2 overlap."]);
  });

  it("takes a boot sector with code where the slots would be for no table", async () => {
    const disk = Buffer.alloc(sectors * 512);
    disk.fill(0x55, 400, 510);
    disk.writeUInt16LE(0xaa55, 510);
    expect(await read(disk)).toBeNull();
    expect(await read(Buffer.alloc(512))).toBeNull();
  });
});

describe("any table", () => {
  it("ends in an answer, whatever the bytes", async () => {
    const change = fc.record({
      at: fc.oneof(
        fc.integer({ min: 440, max: 604 }),
        fc.integer({ min: 1024, max: 1200 }),
        fc.nat(sectors * 512 - 5),
      ),
      value: fc.oneof(fc.nat(255), fc.constantFrom(0, 255, 0xee, 5)),
      count: fc.constantFrom(1, 2, 4),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("gpt", "mbr"),
        fc.array(change, { maxLength: 6 }),
        async (kind, changes) => {
          const disk = gptDisk();
          if (kind === "mbr") {
            disk.fill(0, 512, 1024);
            disk.fill(0, (sectors - 1) * 512);
            slot(disk, 0, 0, 0x05, 256, 1000);
            slot(disk, 256, 1, 0x05, 200, 200);
          }
          for (const { at, value, count } of changes) disk.fill(value, at, at + count);
          const table = await read(disk);
          await nameForeignTable(memoryDevice(disk));
          return table === null || (table.partitions.length <= 200 && table.notes.length < 50);
        },
      ),
      { numRuns: 500, seed: 20_261_121 },
    );
  });
});

describe("tables that are only named", () => {
  it.each([
    [512, "5745568200", "BSD"],
    [0, "4552", "Apple"],
    [508, "dabe", "Sun"],
  ])("at %i: %s", async (at, hex, word) => {
    const disk = Buffer.alloc(16_384);
    Buffer.from(hex, "hex").copy(disk, at);
    if (word === "BSD") Buffer.from("57455682", "hex").copy(disk, at + 132);
    if (word === "Apple") disk.write("PM", 512);
    expect(await nameForeignTable(memoryDevice(disk))).toContain(word);
    expect(await nameForeignTable(memoryDevice(Buffer.alloc(16_384)))).toBeNull();
  });
});

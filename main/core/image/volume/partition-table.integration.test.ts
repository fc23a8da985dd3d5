import { open, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkshop, memoryDevice, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { readPartitionTable } from "./read-partition-table.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

interface SfdiskTable {
  readonly partitiontable: {
    readonly label: string;
    readonly partitions: readonly {
      node: string;
      start: number;
      size: number;
      type: string;
      uuid?: string;
      name?: string;
    }[];
  };
}

/** What sfdisk finds, in the words of ours. */
async function sfdisk(image: string): Promise<unknown> {
  const { partitiontable: table } = JSON.parse(await tool("sfdisk", "-J", image)) as SfdiskTable;
  return table.partitions.map((one) => ({
    number: Number(one.node.slice(image.length)),
    startByte: one.start * 512,
    sizeBytes: one.size * 512,
    typeId: table.label === "gpt" ? one.type.toLowerCase() : `0x${one.type.padStart(2, "0")}`,
    ...(one.uuid === undefined ? {} : { partUuid: one.uuid.toLowerCase() }),
    name: one.name ?? null,
  }));
}

async function partition(script: string): Promise<string> {
  const image = await workshop.sparse("disk", 64 * MiB);
  await writeFile(workshop.path("script"), script);
  await tool("sh", "-c", `sfdisk -q ${image} < ${workshop.path("script")}`);
  return image;
}

describe("partition tables as sfdisk and sgdisk make and read them", () => {
  it.each([
    [
      "GPT",
      'label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios\nsize=8192, type=U, name=esp\n15: size=4096, type=S\ntype=L, name="root"',
    ],
    [
      "MBR",
      "label: dos\nlabel-id: 0x12345678\nsize=8192, type=c, bootable\nsize=16384, type=83\nsize=60000, type=5\n5: size=4096, type=82\n6: size=4096, type=8e\n7: type=83",
    ],
  ])("%s", async (_name, script) => {
    const image = await partition(script);
    const table = await readPartitionTable(memoryDevice(await readFile(image)));
    expect(table?.partitions).toMatchObject((await sfdisk(image)) as object[]);
    expect(table?.notes).toEqual([]);
    expect(table?.partitions.every(({ typeName }) => typeName !== "Unknown type")).toBe(true);
  });

  it("a hybrid, and one whose disk grew", async () => {
    const image = await partition("label: gpt\nsize=8192, type=U\ntype=L");
    await tool("sgdisk", "-h", "1", image);
    expect((await readPartitionTable(memoryDevice(await readFile(image))))?.notes).toEqual([
      "The MBR is a hybrid that also names partitions; the GPT counts.",
    ]);
    await using file = await open(image, "r+");
    await file.truncate(80 * MiB);
    const { notes, partitions } = (await readPartitionTable(memoryDevice(await readFile(image)))) ?? {
      notes: [],
      partitions: [],
    };
    expect(notes[0]).toContain("made larger after it was partitioned");
    expect(partitions).toMatchObject((await sfdisk(image)) as object[]);
  });
});

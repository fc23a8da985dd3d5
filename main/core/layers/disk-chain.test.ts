import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chainNode } from "./chain-node.ts";
import { backingOf, diskChain } from "./disk-chain.ts";
import {
  layerFiles,
  noLayers,
  readLayers,
  writeLayers,
  type LayerBase,
  type LayersRecord,
} from "./layers-record.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "gs-chain-"));
});
afterEach(() => rm(root, { recursive: true }));

const folderOf = (id: string): string => join(root, id);

/** A machine whose checkpoints follow each other in this order. */
async function machine(
  id: string,
  checkpoints: string[],
  base: LayerBase | null = null,
): Promise<LayersRecord> {
  await mkdir(folderOf(id));
  const record: LayersRecord = {
    ...noLayers,
    base,
    currentId: checkpoints.at(-1) ?? null,
    checkpoints: checkpoints.map((one, index) => ({
      id: one,
      name: one,
      note: "",
      parentId: checkpoints[index - 1] ?? null,
      createdAt: new Date(0).toISOString(),
      withMemory: false,
      stage: null,
    })),
  };
  await writeLayers(layerFiles(folderOf(id)), record);
  return record;
}

const names = async (id: string, record: LayersRecord): Promise<string[]> =>
  (await diskChain(folderOf, id, record)).map(({ path }) => path.slice(root.length + 1));

describe("a disk's chain", () => {
  it("is empty without layers, and has the nearest first", async () => {
    expect(await names("a", await machine("a", []))).toEqual([]);
    expect(await names("b", await machine("b", ["one", "two"]))).toEqual([
      "b/layer-two.qcow2",
      "b/layer-one.qcow2",
    ]);
  });

  it("goes on in the machine that a linked clone builds on, and ends in the file that was imported", async () => {
    await machine("origin", ["one", "two"], { kind: "file", path: "/disks/x.vhd", format: "vhd" });
    const clone = await machine("clone", ["mine"], {
      kind: "checkpoint",
      machineId: "origin",
      checkpointId: "one",
    });
    const chain = await diskChain(folderOf, "clone", clone);
    expect(chain.map(({ path }) => path)).toEqual([
      join(root, "clone/layer-mine.qcow2"),
      join(root, "origin/layer-one.qcow2"),
      "/disks/x.vhd",
    ]);
    expect(backingOf(clone, null)).toEqual({ name: "../origin/layer-one.qcow2", format: "qcow2" });
    expect(backingOf(clone, "mine")).toEqual({ name: "layer-mine.qcow2", format: "qcow2" });
    const node = JSON.parse(chainNode("/top", chain).slice("json:".length)) as object;
    expect(node).toMatchObject({
      driver: "qcow2",
      backing: {
        driver: "qcow2",
        backing: { backing: { driver: "vpc", file: { filename: "/disks/x.vhd" } } },
      },
    });
  });

  it("that lacks a layer or bites its tail is refused in words", async () => {
    const lost = await machine("lost", ["one"], { kind: "checkpoint", machineId: "gone", checkpointId: "x" });
    await expect(names("lost", lost)).rejects.toMatchObject({ code: "not-found" });
    await machine("left", ["one"], { kind: "checkpoint", machineId: "right", checkpointId: "one" });
    const right = await machine("right", ["one"], {
      kind: "checkpoint",
      machineId: "left",
      checkpointId: "one",
    });
    await expect(names("right", right)).rejects.toMatchObject({ code: "protocol" });
  });
});

describe("checkpoints.json", () => {
  it.each([
    ["names a layer by a path", { currentId: "../../etc/passwd" }],
    ["names a machine by a path", { base: { kind: "checkpoint", machineId: "../x", checkpointId: "a" } }],
    ["has a change that nobody knows", { pending: { kind: "explode" } }],
  ])("that %s is refused", async (_, change) => {
    await mkdir(folderOf("m"));
    const files = layerFiles(folderOf("m"));
    await writeFile(files.record, JSON.stringify({ ...noLayers, ...change }));
    await expect(readLayers(files)).rejects.toMatchObject({ code: "protocol" });
  });

  it("of a later version is left alone, and a missing one is a disk without layers", async () => {
    await mkdir(folderOf("m"));
    const files = layerFiles(folderOf("m"));
    expect(await readLayers(files)).toEqual(noLayers);
    await writeFile(files.record, JSON.stringify({ version: 2 }));
    await expect(readLayers(files)).rejects.toMatchObject({ code: "newer-version" });
  });
});

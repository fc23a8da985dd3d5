import { readFile, utimes } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { openQcow2Device } from "./qcow2/qcow2-device.ts";
import { openRawDevice } from "./raw-device.ts";
import { openThroughQemu } from "./qemu-export.ts";

let workshop: Workshop;
let raw: string;
let image: string;
const sizeBytes = 40 * 1024 ** 2;

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  raw = await workshop.sparse("raw", sizeBytes);
  for (const [seekMiB, countMiB] of [
    [0, 3],
    [20, 2],
    [39, 1],
  ]) {
    await tool(
      "dd",
      "if=/dev/urandom",
      `of=${raw}`,
      "bs=1M",
      `seek=${seekMiB}`,
      `count=${countMiB}`,
      "conv=notrunc",
      "status=none",
    );
  }
  image = workshop.path("image.qcow2");
  await tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, image);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const open = () =>
  openThroughQemu({ path: image, format: "qcow2" }, workshop.ports, {
    signal: AbortSignal.timeout(60_000),
    timeoutMs: 60_000,
  });

describe("block access through QEMU", () => {
  it("gives the same bytes as the raw file: holes, odd offsets, many at once, large ones", async () => {
    const content = await readFile(raw);
    await using device = await open();
    expect(device.sizeBytes).toBe(sizeBytes);
    const places = [
      [0, 1],
      [511, 1026],
      [3 * 1024 ** 2 - 7, 100],
      [10 * 1024 ** 2, 65536],
      [sizeBytes - 1, 1],
      [0, 0],
    ] as const;
    const parts = await Promise.all(places.map(([at, length]) => device.read(at, length)));
    places.forEach(([at, length], index) =>
      expect(parts[index]?.equals(content.subarray(at, at + length)), `${at}+${length}`).toBe(true),
    );
    const many = Array.from({ length: 300 }, (_v, index) => (index * 131_071) % (sizeBytes - 4096));
    const pieces = await Promise.all(many.map((at) => device.read(at, 4096)));
    expect(many.every((at, index) => pieces[index]?.equals(content.subarray(at, at + 4096)))).toBe(true);
    expect((await device.read(0, sizeBytes)).equals(content)).toBe(true);
  });

  it("tells where there is data", async () => {
    await using device = await open();
    const ranges = (await device.allocatedRanges?.()) ?? [];
    const MiB = 1024 ** 2;
    expect(ranges).toEqual([
      { offsetBytes: 0, lengthBytes: 3 * MiB },
      { offsetBytes: 20 * MiB, lengthBytes: 2 * MiB },
      { offsetBytes: 39 * MiB, lengthBytes: MiB },
    ]);
  });

  it("refuses to read outside of the disk", async () => {
    await using device = await open();
    await using direct = await openRawDevice(raw);
    for (const reader of [device, direct]) {
      await expect(reader.read(sizeBytes - 1, 2)).rejects.toMatchObject({ code: "image-unreadable" });
      await expect(reader.read(-1, 1)).rejects.toMatchObject({ code: "image-unreadable" });
      await expect(reader.read(Number.NaN, 1)).rejects.toMatchObject({ code: "image-unreadable" });
    }
  });

  it("fails the reads under way when it is shut", async () => {
    const device = await open();
    const reading = device.read(0, sizeBytes);
    reading.catch(() => {}); // looked at below
    await device[Symbol.asyncDispose]();
    await Promise.allSettled([reading]);
    await expect(device.read(0, 1)).rejects.toMatchObject({ code: "cancelled" });
  });

  it("notices a file that changes while it is read", async () => {
    for (const [path, openDevice] of [
      [raw, openRawDevice],
      [image, openQcow2Device],
    ] as const) {
      await using device = await openDevice(path);
      await device.assertUnchanged?.();
      await utimes(path, new Date(), new Date(Date.now() + 10_000));
      await expect(device.assertUnchanged?.()).rejects.toMatchObject({ code: "image-in-use" });
    }
  });

  it("says what QEMU says when it cannot open a file", async () => {
    const bad = openThroughQemu({ path: raw, format: "vdi" }, workshop.ports, {
      signal: AbortSignal.timeout(60_000),
      timeoutMs: 60_000,
    });
    await expect(bad).rejects.toMatchObject({
      code: "image-unreadable",
      message: expect.stringContaining("QEMU cannot open"),
    });
  });
});

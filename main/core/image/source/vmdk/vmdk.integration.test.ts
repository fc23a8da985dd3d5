import { open, readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openThroughQemu } from "#core/image/source/qemu-export.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { patchwork } from "#core/image/testing/patchwork.ts";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { openVmdkDevice } from "./vmdk-device.ts";

const sizeBytes = 70 * 1024 ** 2 + 65_536 * 3 + 512 * 5;
let workshop: Workshop;
let raw: string;

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  raw = await patchwork(
    workshop,
    sizeBytes,
    (index) => 2_000_000 + (index % 4 === 0 ? 9_000_000 : index * 1000),
  );
  await using file = await open(raw, "r+");
  await file.write("the end", sizeBytes - 7);
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function make(subformat: string): Promise<string> {
  const path = workshop.path(`${subformat}.vmdk`);
  await tool("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", `subformat=${subformat}`, raw, path);
  return path;
}

/** As VMware writes it: the directory's place is only in a footer, between its marker and the end's. */
async function withFooter(path: string): Promise<string> {
  const bytes = await readFile(path);
  const marker = Buffer.alloc(512);
  marker.writeBigUInt64LE(1n, 0);
  marker.writeUInt32LE(3, 12);
  const footer = Buffer.from(bytes.subarray(0, 512));
  bytes.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 56);
  await writeFile(path, Buffer.concat([bytes, marker, footer, Buffer.alloc(512)]));
  return path;
}

describe("our VMDK reader", () => {
  it.each([
    ["monolithicSparse", make],
    ["streamOptimized", make],
    ["streamOptimized with a footer", async () => withFooter(await make("streamOptimized"))],
  ] as const)("reads what QEMU reads: %s", async (subformat, create) => {
    const path = await create(subformat);
    await using own = await openVmdkDevice(path);
    await using other = await openThroughQemu({ path, format: "vmdk" }, workshop.ports, {
      signal: AbortSignal.timeout(60_000),
      timeoutMs: 60_000,
    });
    expect(own.sizeBytes).toBe(other.sizeBytes);
    let seed = 11;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let turn = 0; turn < 80; turn++) {
      const length = 1 + random([600, 9000, 200_000, 2_000_000][turn % 4] ?? 1);
      const offset = random(own.sizeBytes - length + 1);
      const [a, b] = await Promise.all([own.read(offset, length), other.read(offset, length)]);
      expect(a.equals(b), `${offset}+${length}`).toBe(true);
    }
    expect((await own.read(sizeBytes - 600, 600)).equals(await other.read(sizeBytes - 600, 600))).toBe(true);
    // every byte that is not in the ranges is zero
    const content = await readFile(raw);
    for (const { offsetBytes, lengthBytes } of (await own.allocatedRanges?.()) ?? []) {
      content.fill(0, offsetBytes, offsetBytes + lengthBytes);
    }
    expect(content.every((byte) => byte === 0)).toBe(true);
  });

  it("answers or refuses, whatever the tables say", async () => {
    const bytes = await readFile(await make("streamOptimized"));
    const directory = Number(bytes.readBigUInt64LE(56)) * 512;
    const tables = bytes.readUInt32LE(directory) * 512;
    const change = fc.record({
      at: fc.oneof(
        fc.nat(100),
        fc.nat(30).map((n) => directory + n),
        fc.nat(600).map((n) => tables + n),
      ),
      value: fc.nat(255),
    });
    const path = workshop.path("hostile");
    await writeFile(path, bytes);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        await using file = await open(path, "r+");
        for (const { at, value } of changes) await file.write(Buffer.from([value]), 0, 1, at);
        try {
          await using device = await openVmdkDevice(path);
          for (const offset of [0, 65_530, 1_000_000]) {
            const length = Math.min(300_000, device.sizeBytes - offset);
            if (length > 0) expect(await device.read(offset, length)).toHaveLength(length);
          }
        } catch (error) {
          if (!["image-refused", "image-unreadable"].includes(AppError.from(error).code)) throw error;
        } finally {
          for (const { at } of changes) await file.write(bytes, at, 1, at);
        }
      }),
      { numRuns: 200 },
    );
  });
});

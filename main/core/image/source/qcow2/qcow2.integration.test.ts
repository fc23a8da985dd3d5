import { writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { openThroughQemu } from "#core/image/source/qemu-export.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { patchwork } from "#core/image/testing/patchwork.ts";
import { qcow2Bytes } from "#core/image/testing/image-headers.ts";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { openQcow2Device } from "./qcow2-device.ts";

const MiB = 1024 ** 2;
const sizeBytes = 20 * MiB + 512 * 7;
let workshop: Workshop;
let raw: string;

beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  raw = await patchwork(workshop, sizeBytes, (index) => (index % 4 === 0 ? 900_000 : index * 1000));
});
afterAll(() => workshop[Symbol.asyncDispose]());

const variants: [name: string, ...args: string[]][] = [
  ["plain"],
  ["version 2", "-o", "compat=0.10"],
  ["zlib", "-c"],
  ["zlib, version 2, small clusters", "-c", "-o", "compat=0.10,cluster_size=4k"],
  ["zstd", "-c", "-o", "compression_type=zstd"],
  ["zstd, large clusters", "-c", "-o", "compression_type=zstd,cluster_size=2M"],
  ["small clusters", "-o", "cluster_size=512"],
  ["subclusters", "-o", "extended_l2=on"],
  ["subclusters in large clusters, zstd", "-c", "-o", "extended_l2=on,cluster_size=1M,compression_type=zstd"],
  ["metadata preallocated", "-o", "preallocation=metadata"],
];

async function compare(own: BlockDevice, other: BlockDevice): Promise<void> {
  expect(own.sizeBytes).toBe(other.sizeBytes);
  let seed = 3;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let turn = 0; turn < 60; turn++) {
    const length = 1 + random([600, 9000, 200_000, 1_000_000][turn % 4] ?? 1);
    const offset = random(own.sizeBytes - length + 1);
    const [a, b] = await Promise.all([own.read(offset, length), other.read(offset, length)]);
    expect(a.equals(b), `${offset}+${length}`).toBe(true);
  }
  expect((await own.read(own.sizeBytes - 700, 700)).equals(await other.read(own.sizeBytes - 700, 700))).toBe(
    true,
  );
}

const throughQemu = (path: string) =>
  openThroughQemu({ path, format: "qcow2" }, workshop.ports, {
    signal: AbortSignal.timeout(60_000),
    timeoutMs: 60_000,
  });

describe("our qcow2 reader", () => {
  it.each(variants)("reads what QEMU reads: %s", async (_name, ...args) => {
    const path = workshop.path("image");
    await tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", ...args, raw, path);
    await using own = await openQcow2Device(path);
    await using other = await throughQemu(path);
    await compare(own, other);
  });

  it("after a guest has written, discarded and zeroed, with internal snapshots", async () => {
    for (const options of ["cluster_size=64k", "extended_l2=on,cluster_size=128k"]) {
      const path = workshop.path("written");
      await tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", options, raw, path);
      await tool("qemu-img", "snapshot", "-c", "before", path);
      const commands = [
        "write -P 7 1000k 3000k",
        "write -z 12M 300k",
        "discard 15M 1M",
        "write -P 9 17001k 4k",
      ];
      await tool("qemu-io", "-f", "qcow2", ...commands.flatMap((command) => ["-c", command]), path);
      await tool("qemu-img", "snapshot", "-c", "after", path);
      await tool("qemu-io", "-f", "qcow2", "-c", "write -P 11 19000k 100k", path);
      await using own = await openQcow2Device(path);
      await using other = await throughQemu(path);
      await compare(own, other);
    }
  });

  it("answers or refuses, whatever the tables say", async () => {
    const seed = qcow2Bytes();
    const change = fc.record({
      at: fc.oneof(
        fc.nat(120),
        fc.nat(63).map((n) => 2 * 65_536 + n),
        fc.nat(255).map((n) => 3 * 65_536 + n),
      ),
      value: fc.nat(255),
    });
    const path = workshop.path("hostile");
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const bytes = Buffer.from(seed);
        for (const { at, value } of changes) bytes[at] = value;
        await writeFile(path, bytes);
        try {
          await using device = await openQcow2Device(path);
          for (const offset of [0, 65_530, 1_000_000]) {
            const length = Math.min(100_000, device.sizeBytes - offset);
            if (length > 0) expect(await device.read(offset, length)).toHaveLength(length);
          }
        } catch (error) {
          if (!["image-refused", "image-unreadable"].includes(AppError.from(error).code)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recognise } from "#core/image/filesystem/recognise.ts";
import type { BlockDevice, ByteRange } from "#core/image/source/block-device.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { withReadBudget } from "#core/image/source/read-budget.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { walkFilesystem, type WalkReport } from "#core/image/testing/walk-filesystem.ts";
import { allForms } from "./testing/all-forms.ts";
import { resealXfs } from "./testing/reseal.ts";

const MiB = 1024 ** 2;
const seed = Number(process.env["XFS_FUZZ_SEED"] ?? 20_261_121);
const numRuns = Number(process.env["XFS_FUZZ_RUNS"] ?? 300);
const limits = { maxReads: 50_000, maxReadBytes: 256 * MiB };
const attributes = ["security.selinux", "user.remote", "user.attr7"];

/** Names of the sound image: they are asked for first, so that indexes are used. */
let known: WalkReport["names"] = new Map();

const walk = (device: BlockDevice, maxNodes: number): Promise<WalkReport> =>
  walkFilesystem(async () => (await (await recognise(device))?.open?.()) ?? null, {
    maxNodes,
    attributes,
    random: () => 0.4,
    known,
  });

/** What is read of the sound image: damage elsewhere has no effect. */
async function readRanges(image: Buffer): Promise<ByteRange[]> {
  const device = memoryDevice(image);
  const ranges = new Map<number, ByteRange>();
  const { names } = await walk(
    {
      ...device,
      read: (offsetBytes, lengthBytes) => {
        if (lengthBytes >= 32 && lengthBytes <= 65536) ranges.set(offsetBytes, { offsetBytes, lengthBytes });
        return device.read(offsetBytes, lengthBytes);
      },
    },
    5000,
  );
  known = names;
  return [...ranges.values()];
}

const change = fc.record({
  range: fc.nat(),
  isEarly: fc.constantFrom(true, ...Array<boolean>(12).fill(false)),
  at: fc.oneof(fc.nat(200), fc.nat(65535)),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 255, 128, 127, 1)),
  count: fc.constantFrom(1, 1, 2, 4, 8),
});

describe("a damaged XFS", () => {
  it("ends in an answer or an error: never a crash, a second, or 100 MB", async () => {
    const { image } = await allForms();
    const ranges = await readRanges(image);
    expect(ranges.length).toBeGreaterThan(100);
    const messages = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 20 }),
        async (changes, isResealed, cut) => {
          const touched: { range: ByteRange; before: Buffer }[] = [];
          for (const { range: index, isEarly, at, value, count } of changes) {
            const range = ranges[index % (isEarly ? 20 : ranges.length)];
            if (range === undefined) continue;
            const block = image.subarray(range.offsetBytes, range.offsetBytes + range.lengthBytes);
            touched.push({ range, before: Buffer.from(block) });
            const from = at % block.length;
            block.fill(value, from, Math.min(block.length, from + count));
          }
          if (isResealed)
            resealXfs(
              image,
              touched.map(({ range }) => range),
            );
          const part = cut === null ? image : image.subarray(0, Math.floor(cut * image.length));
          const startedCpu = process.threadCpuUsage();
          const before = process.memoryUsage();
          try {
            const signal = AbortSignal.timeout(20_000);
            const device = withPageCache(memoryDevice(part), 4 * MiB);
            const { refusals } = await walk(withReadBudget(device, { ...limits, signal }), 150);
            for (const message of refusals.keys()) messages.add(message);
          } finally {
            for (const { range, before: bytes } of touched.toReversed()) bytes.copy(image, range.offsetBytes);
          }
          const { user, system } = process.threadCpuUsage(startedCpu);
          const after = process.memoryUsage();
          expect((user + system) / 1000).toBeLessThan(1000);
          expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(100 * MiB);
        },
      ),
      { numRuns, seed },
    );
    expect(messages.size).toBeGreaterThan(10); // damage was done, and in many places
  });
});

import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { resealXfs } from "#core/image/filesystem/xfs/testing/reseal.ts";
import type { BlockDevice, ByteRange } from "#core/image/source/block-device.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { withReadBudget } from "#core/image/source/read-budget.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { walkFilesystem, type WalkReport } from "#core/image/testing/walk-filesystem.ts";
import { mutate, seededRandom } from "./mutate.ts";
import { resealBtrfs } from "./reseal-btrfs.ts";

/** One image, damaged and walked again and again on a thread of its own, so that a hang can be ended from outside. */
const optionsSchema = z.object({
  image: z.string(),
  seed: z.number(),
  seconds: z.number(),
  maxIterations: z.number(),
  attributes: z.array(z.string()),
});
export type FuzzOptions = z.infer<typeof optionsSchema>;

export type FuzzMessage =
  | { kind: "start"; iteration: number }
  | { kind: "violation"; iteration: number; what: string }
  | { kind: "end"; iterations: number; nodes: number; refusals: [string, number][]; slowestMs: number };

const MiB = 1024 ** 2;
const maxNodes = 300;
/** What the readers promise for an image of this size. */
const maxCpuMs = 1000;
const maxAllocatedBytes = 100 * MiB;
const limits = { maxReads: 50_000, maxReadBytes: 256 * MiB };

const options = optionsSchema.parse(workerData);
const post = (message: FuzzMessage): void => {
  parentPort?.postMessage(message);
};

let known: WalkReport["names"] = new Map();

function walk(device: BlockDevice, random: () => number, nodes = maxNodes): Promise<WalkReport> {
  return walkFilesystem(
    async () => {
      const found = await recognise(device);
      return (await found?.open?.()) ?? null;
    },
    { maxNodes: nodes, attributes: options.attributes, random, known },
  );
}

/** What an undamaged image has read: that is where damage counts. */
async function findTargets(image: Buffer): Promise<ByteRange[]> {
  const seen = new Map<string, ByteRange>();
  const device = memoryDevice(image);
  const recorder: BlockDevice = {
    ...device,
    read: (offsetBytes, lengthBytes) => {
      if (lengthBytes >= 32 && lengthBytes <= 64 * 1024) {
        seen.set(`${offsetBytes}+${lengthBytes}`, { offsetBytes, lengthBytes });
      }
      return device.read(offsetBytes, lengthBytes);
    },
  };
  for (let round = 0; round < 10; round++) {
    const { names } = await walk(recorder, seededRandom(round), 20_000);
    known = new Map([...known, ...names]);
  }
  return [...seen.values()];
}

const image = await readFile(options.image);
const targets = await findTargets(image);
if (targets.length === 0) throw new Error(`Nothing is read of ${options.image}`);
const refusals = new Map<string, number>();
let nodes = 0;
let slowestMs = 0;
let iteration = 0;
const endMs = performance.now() + options.seconds * 1000;
for (; performance.now() < endMs && iteration < options.maxIterations; iteration++) {
  post({ kind: "start", iteration });
  const random = seededRandom(options.seed + iteration);
  const damage = mutate(image, targets, random);
  if (random() < 0.75) {
    resealXfs(image, damage.ranges);
    resealBtrfs(image, damage.ranges);
  }
  const cutAt = random() < 0.03 ? Math.floor(random() * image.length) : image.length;
  const device = memoryDevice(image.subarray(0, cutAt));
  const startCpu = process.threadCpuUsage();
  const startMemory = process.memoryUsage();
  try {
    const signal = AbortSignal.timeout(60_000);
    const report = await walk(withReadBudget(withPageCache(device, 4 * MiB), { ...limits, signal }), random);
    nodes += report.nodes;
    for (const [message, count] of report.refusals)
      refusals.set(message, (refusals.get(message) ?? 0) + count);
  } catch (error) {
    post({
      kind: "violation",
      iteration,
      what: error instanceof Error ? (error.stack ?? error.message) : "?",
    });
  }
  const spent = process.threadCpuUsage(startCpu);
  const cpuMs = (spent.user + spent.system) / 1000;
  const memory = process.memoryUsage();
  const allocated = memory.heapUsed + memory.external - startMemory.heapUsed - startMemory.external;
  slowestMs = Math.max(slowestMs, cpuMs);
  if (cpuMs > maxCpuMs) post({ kind: "violation", iteration, what: `${Math.round(cpuMs)} ms of CPU` });
  if (allocated > maxAllocatedBytes) {
    post({ kind: "violation", iteration, what: `${Math.round(allocated / MiB)} MiB of memory` });
  }
  damage.undo();
}
post({ kind: "end", iterations: iteration, nodes, refusals: [...refusals], slowestMs });

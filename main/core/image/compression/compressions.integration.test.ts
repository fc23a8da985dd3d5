import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { compressionOf } from "./compressions.ts";

const KiB = 1024;
const sizeBytes = 2000 * KiB + 12_345;
let workshop: Workshop;
let plain: string;
let plainSum: string;

/** A program's code, text, noise and long runs: every kind of symbol that a packer knows. */
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
  const bytes = Buffer.alloc(sizeBytes);
  const code = await readFile(process.execPath);
  code.copy(bytes, 0, 0, 900 * KiB);
  for (let at = 900 * KiB, seed = 1; at < 1000 * KiB; at++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = seed >>> 24;
  }
  bytes.fill("a line of text that is there again and again\n", 1000 * KiB, 1200 * KiB);
  bytes.fill(7, 1500 * KiB);
  plain = workshop.path("plain");
  await writeFile(plain, bytes);
  plainSum = createHash("sha256").update(bytes).digest("hex");
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function sumOf(path: string, pieceBytes = 100_000): Promise<string> {
  const hash = createHash("sha256");
  const compression = compressionOf((await readFile(path)).subarray(0, 16));
  if (compression === null) throw new Error("not recognised");
  for await (const piece of compression.unpack(createReadStream(path, { highWaterMark: pieceBytes })))
    hash.update(piece);
  return hash.digest("hex");
}

async function pack(name: string, program: string, ...args: string[]): Promise<string> {
  const target = workshop.path(name);
  await tool("sh", "-c", 'p=$1; shift; "$@" < "$0" > "$p"', plain, target, program, ...args);
  return target;
}

const kinds: [name: string, ...command: string[]][] = [
  ["gzip", "gzip", "-6c"],
  ["bzip2", "bzip2", "-9c"],
  ["bzip2, small blocks", "bzip2", "-1c"],
  ["xz", "xz", "-6c"],
  ["xz, many blocks, SHA-256", "xz", "-2c", "-T2", "--block-size=200KiB", "--check=sha256"],
  ["xz, CRC32, small window", "xz", "-c", "--check=crc32", "--lzma2=dict=64KiB"],
  ["xz, other contexts", "xz", "-c", "--check=none", "--lzma2=dict=1MiB,lc=1,lp=3,pb=4"],
  ["LZMA", "xz", "-6c", "--format=lzma"],
  ["LZMA, small window", "xz", "-c", "--format=lzma", "--lzma1=dict=128KiB,nice=20"],
  ["zstd", "zstd", "-qc"],
  ["zstd, long window", "zstd", "-qc", "--long=27", "-1"],
  ["LZ4, legacy", "lz4", "-qlc"],
  ["LZ4, linked blocks with checksums", "lz4", "-qc", "-BD", "-BX", "-B4"],
  ["LZ4, large blocks", "lz4", "-qc9", "-B7", "--content-size"],
  ["lzop", "lzop", "-c"],
  ["lzop, all checksums", "lzop", "-c9", "-CC"],
];

describe("unpacking what the programs pack", () => {
  it.each(kinds)("%s", async (name, program, ...args) => {
    const packed = await pack("packed", program, ...args);
    expect(await sumOf(packed)).toBe(plainSum);
    expect(await sumOf(packed, 997), "in small pieces").toBe(plainSum);
    const bytes = await readFile(packed);
    const cut = workshop.path("cut");
    await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * 0.8)));
    // the legacy LZ4 frame has no end, the others say so when it is missing
    if (!name.startsWith("LZ4, legacy")) {
      await expect(sumOf(cut), "truncated").rejects.toMatchObject({ code: "image-unreadable" });
    }
  });

  it.each(kinds.slice(0, 6).concat([["zstd", "zstd", "-qc"]]))(
    "%s: one after the other, as one",
    async (_name, program, ...args) => {
      const packed = await readFile(await pack("packed", program, ...args));
      await writeFile(workshop.path("twice"), Buffer.concat([packed, packed]));
      const bytes = await readFile(plain);
      const sum = createHash("sha256").update(bytes).update(bytes).digest("hex");
      expect(await sumOf(workshop.path("twice"))).toBe(sum);
    },
  );

  it.each<[string, ...string[]]>([
    ["xz", "xz", "-c"],
    ["bzip2", "bzip2", "-c"],
    ["gzip", "gzip", "-c"],
    ["zstd", "zstd", "-qc", "--check"],
  ])("%s: one wrong bit is noticed", async (_name, program, ...args) => {
    const bytes = await readFile(await pack("packed", program, ...args));
    for (const part of [0.1, 0.5, 0.9]) {
      const wrong = Buffer.from(bytes);
      const at = Math.floor(bytes.length * part);
      wrong[at] = (wrong[at] ?? 0) ^ 4;
      await writeFile(workshop.path("wrong"), wrong);
      await expect(sumOf(workshop.path("wrong"))).rejects.toMatchObject({ code: "image-unreadable" });
    }
  });

  it("lets others work meanwhile", async () => {
    const packed = await Promise.all([
      pack("a", "xz", "-c"),
      pack("b", "bzip2", "-c"),
      pack("c", "lz4", "-qlc"),
    ]);
    await sumOf(packed[0]); // compiled by now
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (const path of packed) await sumOf(path);
    delay.disable();
    // the code's own slices are 6 ms; the rest is for a busy computer
    expect(delay.percentile(95) / 1e6).toBeLessThan(50);
  });
});

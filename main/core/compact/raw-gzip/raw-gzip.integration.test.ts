import { createHash, randomBytes } from "node:crypto";
import { open, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { crc32, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identifyFile } from "#core/image/identify-file.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { combineCrc32, crc32Shift } from "./combine-crc32.ts";
import { compareUnpacked } from "./compare-unpacked.ts";
import { diskChunks } from "./disk-chunks.ts";
import { gzipImage } from "./gzip-image.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeEach(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterEach(() => workshop[Symbol.asyncDispose]());

/** Noise, text and holes; ends in the middle of a chunk. */
async function disk(): Promise<string> {
  const path = workshop.path("disk.raw");
  await using file = await open(path, "w");
  await file.write(randomBytes(2 * MiB + 777), 0, undefined, 0);
  await file.write(Buffer.alloc(5 * MiB, "golden images, compressed "), 0, undefined, 20 * MiB - 100);
  await file.write(Buffer.from("the end"), 0, undefined, 40 * MiB + 505);
  await file.truncate(40 * MiB + 512);
  return path;
}

const pack = async (path: string, target: string, signal = AbortSignal.timeout(60_000)) => {
  const seen: number[] = [];
  const onProgress = (doneBytes: number): void => void seen.push(doneBytes);
  const packed = await gzipImage(await identifyFile(path), target, workshop, { signal, onProgress });
  return { ...packed, seen };
};

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

describe("a raw disk in gzip", () => {
  it("is one member that gzip reads as the disk, whatever the disk lies in", async () => {
    const path = await disk();
    const raw = await readFile(path);
    const { fileBytes, sha256: told, seen } = await pack(path, workshop.path("a.gz"));
    const packed = await readFile(workshop.path("a.gz"));
    expect(told).toBe(sha256(packed));
    expect(fileBytes).toBe(packed.length);
    expect(packed.length).toBeLessThan(2.2 * MiB);
    expect((await tool("gzip", "-lv", workshop.path("a.gz"))).includes(String(raw.length))).toBe(true);
    await tool("sh", "-c", `gzip -dc "$0" | cmp - "$1"`, workshop.path("a.gz"), path);
    expect(gunzipSync(packed).equals(raw)).toBe(true);
    expect(seen.at(-1)).toBe(raw.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));

    const qcow2 = workshop.path("disk.qcow2");
    await tool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", path, qcow2);
    expect((await pack(qcow2, workshop.path("b.gz"))).sha256).toBe(told);
    expect((await readdir(workshop.folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("is not larger than gzip makes it", async () => {
    const path = await disk();
    const { fileBytes } = await pack(path, workshop.path("a.gz"));
    await tool("sh", "-c", `gzip -6c "$0" > "$1"`, path, workshop.path("gzip"));
    expect(fileBytes).toBeLessThan((await stat(workshop.path("gzip"))).size * 1.02);
  });

  it("leaves nothing after a cancel, and the source as it was", async () => {
    const path = await disk();
    const before = sha256(await readFile(path));
    const abort = new AbortController();
    const work = gzipImage(await identifyFile(path), workshop.path("a.gz"), workshop, {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect((await readdir(workshop.folder)).filter((name) => name.startsWith("a.gz"))).toEqual([]);
    expect(sha256(await readFile(path))).toBe(before);
  });

  it("is refused when its source changes while it is packed", async () => {
    const path = await disk();
    const changes: Promise<void>[] = [];
    const work = gzipImage(await identifyFile(path), workshop.path("a.gz"), workshop, {
      signal: AbortSignal.timeout(60_000),
      onProgress: () => void (changes.length > 0 || changes.push(change(path))),
    });
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/image-in-use|verify-failed/) });
    await Promise.all(changes);
    expect(await readdir(workshop.folder)).not.toContain("a.gz");
  });

  it.each(["changed", "longer", "shorter", "cut"] as const)("is found to be %s", async (how) => {
    const bytes = Buffer.concat([Buffer.alloc(MiB, "text"), Buffer.alloc(3 * MiB)]);
    const path = workshop.path("x.raw");
    await writeFile(path, bytes);
    await tool("sh", "-c", `gzip -c "$0" > "$1"`, path, workshop.path("x.gz"));
    const packed = await readFile(workshop.path("x.gz"));
    if (how === "cut") await writeFile(workshop.path("x.gz"), packed.subarray(0, packed.length - 4));
    const other = Buffer.from(bytes);
    other[3 * MiB] = how === "changed" ? 1 : 0;
    const seen =
      how === "longer" ? other.subarray(0, -1) : how === "shorter" ? Buffer.concat([other, other]) : other;
    const device = {
      sizeBytes: seen.length,
      read: async (at: number, n: number) => seen.subarray(at, at + n),
    };
    const signal = AbortSignal.timeout(10_000);
    const work = compareUnpacked(workshop.path("x.gz"), diskChunks(device, signal), {
      signal,
      onProgress: () => {},
    });
    await expect(work).rejects.toMatchObject({ code: "verify-failed" });
  });
});

async function change(path: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.write("changed", 30 * MiB);
}

describe("combineCrc32", () => {
  it.each([
    [0, 1],
    [5, 0],
    [1000, 3],
    [7, 70_001],
  ])("is the checksum of %i and %i bytes in a row", (first, second) => {
    const [a, b] = [randomBytes(first), randomBytes(second)];
    expect(combineCrc32(crc32(a), crc32(b), crc32Shift(second))).toBe(crc32(Buffer.concat([a, b])));
  });
});

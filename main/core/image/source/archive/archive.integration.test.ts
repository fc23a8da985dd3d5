import { open, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UnpackProgress } from "#contract/published.ts";
import { openImage, type OpenedImage } from "#core/image/open-image.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { isoBytes, qcow2Bytes } from "#core/image/testing/image-headers.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { makeRoom } from "./cache-upkeep.ts";
import type { UnpackOptions } from "./unpacked-cache.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeEach(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterEach(() => workshop[Symbol.asyncDispose]());

const openAt = (path: string, options: Partial<UnpackOptions> = {}): Promise<OpenedImage> =>
  openImage(path, { ports: workshop.ports }, { signal: AbortSignal.timeout(60_000), ...options });

const cached = async (): Promise<string[]> => readdir(join(workshop.folder, "unpacked")).catch(() => []);

async function file(name: string, bytes: Buffer): Promise<string> {
  await writeFile(workshop.path(name), bytes);
  return workshop.path(name);
}

/** Data at both ends and in the middle, holes between. */
function disk(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (const at of [0, Math.floor(sizeBytes / 2) + 1000, sizeBytes - 5000])
    bytes.fill(`data at ${at};`, at, at + 4000);
  return bytes;
}

/** Bytes that hardly pack. */
function noise(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0, seed = 7; at < sizeBytes; at++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = seed >>> 24;
  }
  return bytes;
}

/** Takes long enough to unpack that a busy computer hears of progress before the end. */
const slow = (): Buffer => gzipSync(Buffer.alloc(384 * MiB), { level: constants.Z_BEST_SPEED });

describe("a packed image", () => {
  it.each([
    ["gzip", "gzip", "-c"],
    ["bzip2", "bzip2", "-c"],
    ["xz", "xz", "-c"],
    ["zstd", "zstd", "-qc"],
  ])("in %s is the image inside, with its holes", async (name, program, option) => {
    const plain = disk(12 * MiB + 512);
    await file("plain", plain);
    await tool(
      "sh",
      "-c",
      `${program} ${option} "$0" > "$1"`,
      workshop.path("plain"),
      workshop.path("packed"),
    );
    await using opened = await openAt(workshop.path("packed"));
    expect(opened).toMatchObject({ archive: name, image: { format: "raw", virtualBytes: plain.length } });
    expect(opened.fileBytes).toBe((await stat(workshop.path("packed"))).size);
    expect((await readFile(opened.image.path)).equals(plain)).toBe(true);
    const { blocks, mode } = await stat(opened.image.path);
    expect(blocks * 512).toBeLessThan(MiB);
    expect(mode & 0o077).toBe(0);
  });

  it("may be of any format, and several members one after the other", async () => {
    const iso = isoBytes([0]);
    const gz = Buffer.concat([gzipSync(iso.subarray(0, 1000)), gzipSync(iso.subarray(1000))]);
    await using opened = await openAt(await file("a", gz));
    expect(opened).toMatchObject({ archive: "gzip", image: { format: "iso9660" } });
    await using other = await openAt(await file("b", zstdCompressSync(qcow2Bytes())));
    expect(other).toMatchObject({ archive: "zstd", image: { format: "qcow2" } });
    await using none = await openAt(await file("c", qcow2Bytes()));
    expect(none).toMatchObject({ archive: null, image: { format: "qcow2" } });
  });

  it("is refused for what is inside, by the name of the archive", async () => {
    const hostile = await file("hostile.gz", gzipSync(qcow2Bytes({ backingFile: "/etc/passwd" })));
    await expect(openAt(hostile)).rejects.toMatchObject({
      code: "image-refused",
      message: expect.stringMatching(/hostile\.gz.*\/etc\/passwd/),
    });
  });

  it("says what else may be inside, and what to do", async () => {
    const tar = async (name: string): Promise<Buffer> => {
      await file(name, disk(MiB));
      await tool("tar", "-C", workshop.folder, "-cf", workshop.path("t.tar"), name);
      return readFile(workshop.path("t.tar"));
    };
    const gce = await tar("disk.raw");
    await expect(openAt(await file("image.tar.gz", gzipSync(gce)))).rejects.toMatchObject({
      message: expect.stringContaining(
        "holds a tar archive with “disk.raw” in it, as Google Compute Engine exports",
      ),
      hint: expect.stringContaining("tar xf"),
    });
    await expect(openAt(await file("x.ova", await tar("box.ovf")))).rejects.toThrow("is an OVA appliance");
    const twice = gzipSync(gzipSync(disk(MiB)));
    await expect(openAt(await file("twice.gz", twice))).rejects.toThrow("holds packed data (gzip)");
    await expect(openAt(await file("empty.gz", gzipSync("")))).rejects.toThrow("holds an empty file");
    expect((await cached()).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("is told to be damaged or cut, and leaves nothing behind", async () => {
    const packed = gzipSync(noise(3 * MiB));
    const cut = await file("cut.gz", packed.subarray(0, packed.length - 1000));
    await expect(openAt(cut)).rejects.toMatchObject({
      code: "image-unreadable",
      message: expect.stringMatching(/cut\.gz cannot be unpacked \(gzip\): the packed data ends too early/),
      hint: expect.stringContaining("checksum"),
    });
    expect(await cached()).toEqual([]);
  });
});

describe("a bomb", () => {
  it("is stopped by its ratio", async () => {
    const bomb = await file("bomb.zst", zstdCompressSync(Buffer.alloc(300 * MiB)));
    await expect(openAt(bomb, { limits: { ratioFromBytes: 8 * MiB } })).rejects.toMatchObject({
      code: "image-refused",
      message: expect.stringContaining("unpacks to more than 1000 times its size"),
    });
    expect(await cached()).toEqual([]);
  });

  it("is stopped by its size, and by a disk that is nearly full", async () => {
    const large = await file("large.gz", gzipSync(noise(2 * MiB)));
    await expect(openAt(large, { limits: { maxUnpackedBytes: MiB } })).rejects.toThrow(
      "unpacks to more than",
    );
    await expect(openAt(large, { limits: { reserveBytes: 2 ** 60 } })).rejects.toMatchObject({
      code: "disk-full",
    });
    expect(await cached()).toEqual([]);
  });
});

describe("the cache", () => {
  it("unpacks once for callers at the same time and later, and again when the archive has changed", async () => {
    const path = await file("a.gz", gzipSync(disk(5 * MiB)));
    const seen: UnpackProgress[][] = [[], [], []];
    const all = await Promise.all(seen.map((list) => openAt(path, { onProgress: (p) => list.push(p) })));
    expect(new Set(all.map(({ image }) => image.path)).size).toBe(1);
    expect(seen[0]?.at(-1)).toEqual({ doneBytes: all[0]?.fileBytes, totalBytes: all[0]?.fileBytes });
    const inode = (await stat(all[0]?.image.path ?? "")).ino;
    for (const opened of all) await opened[Symbol.asyncDispose]();
    const late: UnpackProgress[] = [];
    await using again = await openAt(path, { onProgress: (p) => late.push(p) });
    expect(late).toEqual([]);
    expect((await stat(again.image.path)).ino).toBe(inode);
    await file("a.gz", gzipSync(disk(6 * MiB)));
    await using changed = await openAt(path);
    expect(changed.image.virtualBytes).toBe(6 * MiB);
    expect(await cached()).toHaveLength(2);
  });

  it("goes on for one caller when another leaves, and stops when all have", async () => {
    const packed = slow();
    const path = await file("slow.gz", packed);
    // the one who began leaves: the other's bytes must not hang on what it had open
    const leaving = new AbortController();
    const began = Promise.withResolvers<void>();
    const left = openAt(path, { signal: leaving.signal, onProgress: () => began.resolve() });
    await began.promise;
    const staying = openAt(path);
    const joined = openAt(path, { onProgress: () => leaving.abort() });
    await expect(left).rejects.toMatchObject({ code: "cancelled" });
    await (await joined)[Symbol.asyncDispose]();
    await using opened = await staying;
    expect(opened.image.virtualBytes).toBe(384 * MiB);
    const other = await file("other.gz", Buffer.concat([packed, gzipSync(noise(MiB))]));
    const all = new AbortController();
    const stopped = openAt(other, { signal: all.signal, onProgress: () => all.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(await cached()).toHaveLength(1);
  });

  it("notices an archive that changes while it is unpacked", async () => {
    const path = await file("growing.gz", slow());
    let touched: Promise<void> | undefined;
    const opening = openAt(path, {
      onProgress: () => {
        touched ??= utimes(path, new Date(), new Date(Date.now() + 5000));
      },
    });
    await expect(opening).rejects.toMatchObject({ code: "image-in-use" });
    await touched;
    expect(await cached()).toEqual([]);
  });

  it("removes what a killed process left, and keeps within its bounds", async () => {
    const path = await file("a.gz", gzipSync(disk(MiB)));
    await (await openAt(path))[Symbol.asyncDispose]();
    const [image = ""] = await cached();
    const folder = join(workshop.folder, "unpacked");
    await writeFile(join(folder, "0123.4194304999-abcdef01.partial"), "left");
    await (await openAt(await file("b.gz", gzipSync(disk(2 * MiB)))))[Symbol.asyncDispose]();
    expect((await cached()).filter((name) => name.endsWith(".partial"))).toEqual([]);
    const long = new Date(Date.now() - 3600_000);
    await utimes(join(folder, image), long, long);
    const limits = { maxBytes: MiB, keepUsedWithinMs: 1000_000 };
    await makeRoom(folder, 2 * MiB, limits, () => true);
    expect(await cached(), "in use").toHaveLength(2);
    await makeRoom(folder, 2 * MiB, limits, () => false);
    expect(await cached(), "used an hour ago").not.toContain(image);
    expect(await cached(), "used just now").toHaveLength(1);
  });

  it("fills no disk with zeros", async () => {
    await using sparse = await open(workshop.path("sparse"), "w");
    await sparse.truncate(700 * MiB);
    await tool("zstd", "-q", workshop.path("sparse"), "-o", workshop.path("sparse.zst"));
    await using opened = await openAt(workshop.path("sparse.zst"));
    expect((await stat(opened.image.path)).blocks).toBeLessThan(100);
  });
});

import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashFile } from "#core/library/hash-file.ts";
import { testPorts } from "#core/publish/publish-harness.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createPreparedFiles, type PreparedFiles } from "./prepared-files.ts";

/** A raw disk of 64 MiB, most of it empty, through the real qemu-img. */

const MiB = 1024 * 1024;
let folder: string;
let path: string;
let files: PreparedFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-prepared-"));
  path = join(folder, "disk.raw");
  const disk = await open(path, "w");
  await disk.truncate(64 * MiB);
  await disk.write(randomBytes(MiB), 0, MiB, 8 * MiB);
  await disk.close();
  files = createPreparedFiles(testPorts(folder, nodeProcesses));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const sourceSum = (): Promise<string> => hashFile(path, signal(), () => {});
const image = () => ({ path });

describe("prepared files", () => {
  it("are made once for all who need one, are equal to their source, and leave it alone", async () => {
    const sum = await sourceSum();
    const waits: string[] = [];
    const stages: string[] = [];
    const ask = (name: string) =>
      files.provide(image(), sum, {
        convert: "qcow2-zlib",
        onStage: (stage) => void stages.push(stage),
        onWait: () => void waits.push(name),
        onProgress: () => {},
        signal: signal(),
      });
    const [one, two] = await Promise.all([ask("one"), ask("two")]);
    expect(two).toEqual(one);
    expect(waits).toEqual(["two"]);
    expect(stages).toEqual(["make"]);
    expect(one.sizeBytes).toBeLessThan(3 * MiB);
    expect(one.sha256).toBe(await hashFile(one.path, signal(), () => {}));
    expect((await readFile(one.path)).subarray(0, 4).toString("latin1")).toBe("QFI\xfb");
    expect(await sourceSum()).toBe(sum);
    expect(await files.has(one)).toBe(true);
    // Another start finds it; without the copy it is made anew.
    const later = createPreparedFiles(testPorts(folder, nodeProcesses));
    expect(await later.has(one)).toBe(true);
    await unlink(one.path);
    expect(await later.has(one)).toBe(false);
  });

  it("are made of what is packed too, in every format beside each other", async () => {
    const packed = join(folder, "disk.raw.gz");
    await writeFile(packed, gzipSync(await readFile(path)));
    const sum = await hashFile(packed, signal(), () => {});
    const stages: string[] = [];
    const ask = (convert: "qcow2-zlib" | "raw-gzip") =>
      files.provide({ path: packed }, sum, {
        convert,
        onStage: (stage) => void (stages.at(-1) === stage || stages.push(stage)),
        onWait: () => {},
        onProgress: () => {},
        signal: signal(),
      });
    const qcow2 = await ask("qcow2-zlib");
    const raw = await ask("raw-gzip");
    expect(stages).toEqual(["unpack", "make"]);
    expect([qcow2.path.endsWith(".qcow2"), raw.path.endsWith(".img.gz")]).toEqual([true, true]);
    expect(gunzipSync(await readFile(raw.path)).equals(await readFile(path))).toBe(true);
    expect(raw).toMatchObject({
      sizeBytes: (await stat(raw.path)).size,
      sha256: await hashFile(raw.path, signal(), () => {}),
    });
    expect(await files.has(raw)).toBe(true);
    expect(await files.has(qcow2)).toBe(true);
  });

  it.each(["qcow2-zlib", "raw-gzip"] as const)(
    "leave nothing half done after a cancel: %s",
    async (convert) => {
      const abort = new AbortController();
      const options = {
        convert,
        onStage: () => {},
        onWait: () => {},
        onProgress: () => abort.abort(),
        signal: abort.signal,
      };
      await expect(files.provide(image(), await sourceSum(), options)).rejects.toMatchObject({
        code: "cancelled",
      });
      expect(await readdir(join(folder, "prepared"))).toEqual([]);
      expect((await stat(path)).size).toBe(64 * MiB);
    },
  );
});

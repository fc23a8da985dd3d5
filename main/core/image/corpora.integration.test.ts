import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { openRawDevice } from "./source/raw-device.ts";
import { withPageCache } from "./source/page-cache.ts";
import { withReadBudget } from "./source/read-budget.ts";
import { recognise } from "./filesystem/recognise.ts";
import { createFileTree } from "./filesystem/file-tree.ts";
import { inspectImage } from "./inspect-image.ts";
import { createWorkshop, unpackSparse, type Workshop } from "./testing/disk-images.ts";

/** Images that once broke something, kept beside the repository: see the README there. */
const corpora = new URL("../../../../shared/corpora", import.meta.url).pathname;
const present = existsSync(corpora);
if (!present) process.stderr.write(`SKIPPED: no corpora at ${corpora}\n`);

const limitMs = 2000;
const limitBytes = 300 * 1024 ** 2;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function unpack(path: string): Promise<string> {
  const target = workshop.path("image");
  const program = path.endsWith(".gz") ? "gzip" : path.endsWith(".xz") ? "xz" : "bzip2";
  await unpackSparse(program, ["-dkc", path], target);
  return target;
}

const files = async (folder: string, ending: RegExp): Promise<string[]> =>
  (await readdir(join(corpora, folder)))
    .filter((name) => ending.test(name))
    .map((name) => join(corpora, folder, name));

/** An answer or a clear error, in time. */
async function inspect(
  path: string,
): Promise<{ facts: Awaited<ReturnType<typeof inspectImage>> | null; error: AppError | null }> {
  const image = await unpack(path);
  const rssBefore = process.memoryUsage.rss();
  const startedMs = performance.now();
  let result;
  try {
    result = { facts: await inspectImage(image, { ports: workshop.ports }), error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    result = { facts: null, error };
  }
  expect(performance.now() - startedMs, path).toBeLessThan(limitMs);
  expect(process.memoryUsage.rss() - rssBefore, path).toBeLessThan(limitBytes);
  if (result.error !== null)
    expect(["image-refused", "image-unreadable"], `${path}: ${result.error.message}`).toContain(
      result.error.code,
    );
  return result;
}

describe.runIf(present)("corpora", () => {
  it("names every type, label and UUID as libblkid does", async () => {
    let compared = 0;
    for (const path of await files("blkid-fs", /\.img\.xz$/)) {
      const { facts } = await inspect(path);
      const found = facts?.partitions.find((partition) => partition.number === 0)?.filesystem ?? null;
      const expectedPath = path.replace(/\.img\.xz$/, ".expected");
      if (!existsSync(expectedPath)) continue;
      expect(found, path).toMatchObject(parseExpected(await readFile(expectedPath, "utf8")));
      compared++;
    }
    expect(compared).toBeGreaterThan(60);
  });

  it.each(["e2fsprogs", "btrfs-progs-fuzz", "qemu-samples", "blkid-pt"])(
    "answers for all of %s",
    async (folder) => {
      for (const path of await files(folder, /\.(?:gz|xz|bz2)$/)) await inspect(path);
    },
  );

  it("finds the partitions that libblkid finds", async () => {
    const { facts } = await inspect(join(corpora, "blkid-pt/gpt.img.xz"));
    const expected = await readFile(join(corpora, "blkid-pt/gpt.expected"), "utf8");
    const rows = [...expected.matchAll(/^#(\d+):\s+(\d+)\s+(\d+)\s+\S+\s+name='([^']*)'.* type='([^']*)'/gm)];
    expect(
      facts?.partitions.map((p) => [p.number, p.startByte / 512, p.sizeBytes / 512, p.name, p.typeId]),
    ).toEqual(
      rows.map(([, number, start, size, name, type]) => [
        Number(number),
        Number(start),
        Number(size),
        name,
        type,
      ]),
    );
  });

  it.each(["e2fsprogs", "btrfs-progs-fuzz"])(
    "walks the damaged filesystems of %s to an end",
    async (folder) => {
      for (const path of await files(folder, /\.[gx]z$/)) {
        const image = await unpack(path);
        const startedMs = performance.now();
        const startedBytes = process.memoryUsage().rss;
        await using device = await openRawDevice(image);
        const budget = {
          signal: AbortSignal.timeout(limitMs),
          maxReads: 100_000,
          maxReadBytes: 512 * 1024 ** 2,
        };
        const disk = withReadBudget(withPageCache(device), budget);
        try {
          const found = await recognise(disk);
          const filesystem = await found?.open?.();
          if (filesystem !== undefined) await walk(createFileTree([{ path: "/", filesystem }]));
          const others = (await filesystem?.subvolumes?.()) ?? [];
          for (const { id } of [{ id: 5 }, ...others]) {
            const subvolume = await filesystem?.openSubvolume?.(id);
            if (subvolume) await walk(createFileTree([{ path: "/", filesystem: subvolume }]));
          }
        } catch (error) {
          expect(error, path).toBeInstanceOf(AppError);
          expect((error as AppError).code, path).toBe("image-unreadable");
        }
        expect(performance.now() - startedMs, path).toBeLessThan(limitMs);
        expect(process.memoryUsage().rss, path).toBeLessThan(limitBytes + startedBytes);
      }
    },
  );
});

/** Every folder to a depth of 8, every link, the first bytes of every file. */
async function walk(tree: ReturnType<typeof createFileTree>): Promise<void> {
  const folders = ["/"];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of (await tree.readDirectory(folder)).slice(0, 500)) {
      const path = `${folder === "/" ? "" : folder}/${entry.name}`;
      try {
        const stat = await tree.lstat(path);
        if (stat?.kind === "directory" && path.split("/").length < 8) folders.push(path);
        if (stat?.kind === "symlink") await tree.readLink(path);
        if (stat?.kind === "file") await (await tree.openFile(path))?.read(0, 4096);
      } catch (error) {
        expect(error, path).toBeInstanceOf(AppError);
      }
    }
  }
}

function parseExpected(text: string): { type: string; label: string | null; uuid: string | null } {
  const values = new Map(text.split("\n").map((line) => line.split(/=(.*)/, 2) as [string, string]));
  const decoded = (key: string): string | null =>
    values
      .get(key)
      ?.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) ??
    null;
  return {
    type: values.get("ID_FS_TYPE") ?? "",
    label: decoded("ID_FS_LABEL_ENC"),
    uuid: values.get("ID_FS_UUID") ?? null,
  };
}

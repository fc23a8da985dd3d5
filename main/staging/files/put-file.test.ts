import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openFolder } from "../folder/folder-area.ts";
import type { StagingUpload } from "../staging-store.ts";
import { openGate } from "../transfer-gate.ts";
import type { FileArea } from "./file-area.ts";
import { putFile } from "./put-file.ts";

const content = randomBytes(2_500_000);
let home: string;
let share: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-put-"));
  share = join(home, "share");
  await mkdir(share);
  await writeFile(join(home, "file"), content);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const upload: () => StagingUpload = () => ({
  key: "a.img",
  path: join(home, "file"),
  sizeBytes: content.length,
  contentType: "a/b",
  resume: null,
  onUploadId: async () => {},
  onProgress: () => {},
  signal: new AbortController().signal,
});
/** A folder whose other side misbehaves. */
async function put(behave: (area: FileArea) => Partial<FileArea>): Promise<string> {
  const area = await openFolder(share);
  return putFile({ ...area, ...behave(area) }, upload(), openGate);
}

it("says that there is no room before a byte is sent", async () => {
  const work = put(() => ({ freeBytes: async () => 1_000_000 }));
  await expect(work).rejects.toMatchObject({
    code: "disk-full",
    details: { freeBytes: 1_000_000, neededBytes: content.length },
  });
  expect(await readdir(share)).toEqual([]);
});

it("goes by what it sends where free space is not told", async () => {
  await put(() => ({ freeBytes: async () => null }));
  expect(await readdir(share)).toEqual(["a.img"]);
});

it.each<[string, (area: FileArea) => Partial<FileArea>]>([
  [
    "cut off",
    (area) => ({
      openPart: async (path, options) => {
        const writer = await area.openPart(path, options);
        return {
          ...writer,
          finish: async () => {
            await writer.finish();
            await truncate(join(share, path), content.length - 1);
          },
        };
      },
    }),
  ],
  [
    "of the right size, with a hole in it",
    (area) => ({
      openPart: async (path, options) => {
        const writer = await area.openPart(path, options);
        return {
          ...writer,
          write: (bytes, startByte) =>
            writer.write(startByte === 0 ? bytes : Buffer.from(bytes).fill(0, 0, 4096), startByte),
        };
      },
    }),
  ],
  ["not what the other side computes", () => ({ remoteSha256: async () => "0".repeat(64) })],
])("never takes a file for whole that is %s", async (_what, behave) => {
  await expect(put(behave)).rejects.toMatchObject({ code: "staging-failed", retry: "now" });
  expect(await readdir(share)).toEqual([]);
});

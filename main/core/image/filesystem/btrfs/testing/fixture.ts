import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";

/**
 * A btrfs filesystem that only a kernel makes: subvolumes, a snapshot, every compression. It was made once by
 * `make-fixture.ts` and is kept packed beside this file, because that takes root.
 */
export const fixtureFile = new URL("fixture.img.zst", import.meta.url);
export const readBtrfsFixture = async (): Promise<Buffer> =>
  promisify(zstdDecompress)(await readFile(fixtureFile));

export const fixtureUuid = "5c6e6f1d-2f0e-4b53-9f57-6b7472667331";
export const fixtureLabel = "Gold ☂ btrfs";
export const fixtureBytes = 24 * 1024 ** 2;
export const fixtureCompressions = ["zlib", "lzo", "zstd"] as const;

/** Text that packs well and of which no two lines are the same. */
export const repeating = (bytes: number): Buffer => {
  const lines = Math.ceil(bytes / 32);
  const text = Array.from({ length: lines }, (_v, i) => `line ${i} of a text that repeats its words\n`);
  return Buffer.from(text.join("")).subarray(0, bytes);
};

/** What the kernel wrote with each compression, below /@/<compression>. */
export const packedFiles = {
  inline: repeating(1500),
  "one-extent": repeating(5000),
  "several-extents": repeating(300_001),
  holes: Buffer.concat([repeating(10_000), Buffer.alloc(600_000), repeating(100_000), Buffer.alloc(99_999)]),
  overwritten: Buffer.concat([
    repeating(150_003),
    Buffer.from("in the middle"),
    repeating(300_000).subarray(150_016),
  ]),
  preallocated: Buffer.concat([Buffer.alloc(50_000), repeating(3000), Buffer.alloc(247_000)]),
} as const;

/** The subvolume `@`, which is the default one; `home` is mounted from `@home`. */
export const systemFiles: MemoryFiles = {
  "/etc/os-release": 'ID=fixture\nPRETTY_NAME="Fixture 1"\n',
  "/etc/fstab": `UUID=${fixtureUuid} / btrfs subvol=/@ 0 0\nUUID=${fixtureUuid} /home btrfs subvol=/@home 0 0\n`,
  "/home/.keep": "below the mount",
  "/usr/bin/link": { link: "../lib/target" },
  "/usr/lib/target": "found",
};
export const homeFiles: MemoryFiles = { "/user/note": "in @home" };

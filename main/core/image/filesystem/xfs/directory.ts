import { setImmediate } from "node:timers/promises";
import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import { forkRuns } from "./block-map.ts";
import {
  dataMagic,
  parseDataBlock,
  parseRecord,
  parseShortForm,
  type XfsDirectoryEntry,
} from "./directory-records.ts";
import { findByHash, type HashTree } from "./hash-tree.ts";
import type { XfsInode } from "./inode.ts";
import { nameHash } from "./name-hash.ts";
import { damaged, headers, type BlockRun, type HeaderPlan, type XfsVolume } from "./volume.ts";

/** The index of a folder lies 32 GiB into it (XFS_DIR2_LEAF_OFFSET). */
const indexOffset = 32 * 1024 ** 3;
const leafMagics = { version4: [0xd2f1, 0xd2ff], version5: [0x3df1, 0x3dff] } as const;
const maxListBytes = 256 * 1024 ** 2;
const maxEntries = 500_000;
/** Up to here one name costs about as much by the index as all names together do. */
const maxReadWholeBytes = 128 * 1024;
/** How many folders are kept, by their size: at most some 200,000 names of an image that means well. */
const tiers = [
  { maxEntries: 500, folders: 300 },
  { maxEntries: 5000, folders: 12 },
  { maxEntries: Infinity, folders: 1 },
] as const;
const batchBytes = 256 * 1024;

type Entries = ReadonlyMap<string, XfsDirectoryEntry>;

export interface XfsDirectories {
  list(directory: XfsInode): Promise<readonly XfsDirectoryEntry[]>;
  find(directory: XfsInode, name: string): Promise<XfsDirectoryEntry | null>;
}

export function createDirectories(volume: XfsVolume): XfsDirectories {
  const { checksums, hasFileType, ignoresCase, blockBytes, directoryBlockBytes } = volume.superblock;
  const perBlock = directoryBlockBytes / blockBytes;
  const caches = tiers.map(({ maxEntries: most, folders }) => ({
    most,
    kept: createBoundedMap<number, Entries>(folders),
  }));
  /** Only ASCII letters are folded, as mkfs.xfs -n version=ci makes it. */
  const keyOf = (name: string): string =>
    ignoresCase ? name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : name;

  /** One folder block out of the runs it lies in; null for a hole. */
  async function readBlock(
    runs: readonly BlockRun[],
    first: number,
    plan: HeaderPlan,
  ): Promise<Buffer | null> {
    const inside = runs.filter((run) => run.logical < first + perBlock && run.logical + run.count > first);
    const start = inside[0];
    if (start === undefined) return null;
    const parts = inside.map((run) => {
      const from = Math.max(first, run.logical);
      const count = Math.min(first + perBlock, run.logical + run.count) - from;
      return { at: run.physical + (from - run.logical), count };
    });
    if (parts.reduce((sum, part) => sum + part.count, 0) !== perBlock) throw damaged("a folder has a hole");
    const bytes = await Promise.all(parts.map((part) => volume.readBlocks(part.at, part.count)));
    const [only] = bytes;
    const block = bytes.length === 1 && only !== undefined ? only : Buffer.concat(bytes);
    volume.verify(block, parts[0]?.at ?? 0, plan, "a folder's block");
    return block;
  }

  const isData = (block: Buffer, magics: readonly (readonly number[])[]): boolean =>
    magics.some((pair) => pair[checksums ? 1 : 0] === block.readUInt32BE(0));

  async function addBlocks(directory: XfsInode, add: (entry: XfsDirectoryEntry) => void): Promise<void> {
    const blocks = Math.ceil(directory.sizeBytes / directoryBlockBytes);
    const perBatch = Math.max(1, Math.floor(batchBytes / directoryBlockBytes));
    for (let batch = 0; batch < blocks; batch += perBatch) {
      const end = Math.min(blocks, batch + perBatch);
      const runs = await forkRuns(volume, directory.data, batch * perBlock, end * perBlock - 1);
      if (runs.length === 0) continue;
      const numbers = Array.from({ length: end - batch }, (_value, index) => batch + index);
      const read = await Promise.all(
        numbers.map((number) => readBlock(runs, number * perBlock, headers.directoryData)),
      );
      for (const block of read) {
        if (block === null) continue;
        if (!isData(block, blocks === 1 ? [dataMagic.only, dataMagic.oneOfMany] : [dataMagic.oneOfMany])) {
          throw damaged("a folder's block is not there");
        }
        parseDataBlock(block, checksums, hasFileType, add);
      }
      if (end < blocks) await setImmediate(); // nothing else may wait for a large folder
    }
  }

  const cached = (directory: XfsInode): Entries | undefined =>
    caches.map(({ kept }) => kept.get(directory.number)).find((entries) => entries !== undefined);

  async function entries(directory: XfsInode): Promise<Entries> {
    const known = cached(directory);
    if (known !== undefined) return known;
    const found = new Map<string, XfsDirectoryEntry>();
    let seen = 0;
    const add = (entry: XfsDirectoryEntry): void => {
      if (++seen > maxEntries) throw damaged("a folder has too many entries");
      found.set(keyOf(entry.name), entry);
    };
    if (directory.data.format === "local") {
      parseShortForm(directory.data.bytes, directory.sizeBytes, hasFileType, add);
    } else {
      if (directory.sizeBytes > maxListBytes) throw damaged("a folder is too large to be listed");
      await addBlocks(directory, add);
    }
    caches.find(({ most }) => found.size <= most)?.kept.set(directory.number, found);
    return found;
  }

  const indexOf = (directory: XfsInode): HashTree => ({
    checksums,
    leafMagics: checksums ? leafMagics.version5 : leafMagics.version4,
    leafEntriesAt: checksums ? 64 : 16,
    root: indexOffset / blockBytes,
    readBlock: async (number) => {
      const runs = await forkRuns(volume, directory.data, number, number + perBlock - 1);
      const block = await readBlock(runs, number, headers.hashTree);
      if (block === null) throw damaged("a folder has no index");
      return block;
    },
  });

  /** The index gives addresses in units of 8 bytes; 0 is an entry that was removed. */
  async function findByIndex(directory: XfsInode, name: string): Promise<XfsDirectoryEntry | null> {
    return findByHash(indexOf(directory), nameHash(Buffer.from(name)), async (leaf, at) => {
      const address = leaf.readUInt32BE(at + 4) * 8;
      if (address === 0) return null;
      const first = Math.floor(address / directoryBlockBytes) * perBlock;
      const runs = await forkRuns(volume, directory.data, first, first + perBlock - 1);
      const block = await readBlock(runs, first, headers.directoryData);
      if (block === null || !isData(block, [dataMagic.oneOfMany])) throw damaged("a folder's index is wrong");
      let found: XfsDirectoryEntry | null = null;
      parseRecord(block, address % directoryBlockBytes, block.length, hasFileType, (entry) => {
        if (entry.name === name) found = entry;
      });
      return found;
    });
  }

  return {
    list: async (directory) => [...(await entries(directory)).values()],
    find: async (directory, name) => {
      const isLarge = directory.data.format !== "local" && directory.sizeBytes > maxReadWholeBytes;
      // a name that is not UTF-8 was changed when it was read: its hash would be another
      const hasHash = !ignoresCase && !name.includes("\ufffd");
      if (isLarge && hasHash && cached(directory) === undefined) {
        return findByIndex(directory, name);
      }
      return (await entries(directory)).get(keyOf(name)) ?? null;
    },
  };
}

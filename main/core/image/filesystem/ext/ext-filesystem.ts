import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { blockAttribute, inodeAttribute, type AttributeValue } from "./attributes.ts";
import { blockRuns } from "./block-map.ts";
import type { BlockRun } from "./block-run.ts";
import { parseDirectoryBlock, type ExtDirectoryEntry } from "./directory.ts";
import { isExtentNode } from "./extents.ts";
import { createInodeReader, type ExtInode } from "./inode.ts";
import { replayJournal } from "./journal/replay-journal.ts";
import { readExtSuperblock, type ExtSuperblock } from "./superblock.ts";

const rootInode = 2;
const maxDirectoryBytes = 64 * 1024 ** 2;
const maxDirectoryEntries = 500_000;
/** Of folders larger than this only the last one is kept. */
const maxCachedEntries = 20_000;
/** Large folders are read in pieces of this size, and others get their turn in between. */
const directoryPieceBytes = 256 * 1024;
const entriesPerTurn = 5000;
const maxLinkBytes = 4096;
const maxReadBytes = 256 * 1024 ** 2;

/**
 * ext2, ext3 and ext4, read-only. The superblock has been found sound. Where the filesystem needs it, its journal is
 * replayed in memory first, so that files are as Linux would see them.
 */
export async function openExt(disk: BlockDevice, found: ExtSuperblock): Promise<Filesystem<ExtInode>> {
  const replayed = found.needsRecovery ? await replayJournal(disk, found) : { device: disk, notes: [] };
  const { device } = replayed;
  const newest = found.needsRecovery ? await readExtSuperblock(device) : found;
  const superblock = newest?.unreadable === null ? newest : found;
  return openReplayed(device, superblock, [...replayed.notes, ...stateNotes(device, superblock)]);
}

function openReplayed(device: BlockDevice, superblock: ExtSuperblock, notes: string[]): Filesystem<ExtInode> {
  const { blockBytes } = superblock;
  const readInode = createInodeReader(device, superblock);
  const inodes = createBoundedMap<number, ExtInode>(20_000);
  const directories = createBoundedMap<number, Map<string, ExtDirectoryEntry>>(500);
  const large = createBoundedMap<number, Map<string, ExtDirectoryEntry>>(1);

  async function inode(number: number): Promise<ExtInode> {
    const known = inodes.get(number);
    if (known !== undefined) return known;
    const read = await readInode(number);
    inodes.set(number, read);
    return read;
  }

  async function read(file: ExtInode, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const length = Math.max(0, Math.min(lengthBytes, file.sizeBytes - offsetBytes));
    if (length === 0) return Buffer.alloc(0);
    if (length > maxReadBytes) throw unreadable("A file is too large to be read at once");
    if (file.isEncrypted && file.kind !== "directory") throw unreadable("A file is encrypted (fscrypt)");
    if (file.inlineData !== null) {
      if (offsetBytes + length > file.inlineData.length)
        throw unreadable("A file is larger than its inode holds");
      return file.inlineData.subarray(offsetBytes, offsetBytes + length);
    }
    const first = Math.floor(offsetBytes / blockBytes);
    const last = Math.floor((offsetBytes + length - 1) / blockBytes);
    const runs = await blockRuns(device, file, blockBytes, first, last);
    const only = runs[0];
    if (runs.length === 1 && only?.logical === first && only.count === last - first + 1) {
      return device.read(only.physical * blockBytes + (offsetBytes - first * blockBytes), length);
    }
    const buffer = Buffer.alloc(length);
    await Promise.all(
      runs.map(async (run) => {
        const start = Math.max(run.logical * blockBytes, offsetBytes);
        const end = Math.min((run.logical + run.count) * blockBytes, offsetBytes + length);
        const at = run.physical * blockBytes + (start - run.logical * blockBytes);
        (await device.read(at, end - start)).copy(buffer, start - offsetBytes);
      }),
    );
    return buffer;
  }

  async function entries(directory: ExtInode): Promise<Map<string, ExtDirectoryEntry>> {
    const known = directories.get(directory.number) ?? large.get(directory.number);
    if (known !== undefined) return known;
    if (directory.isEncrypted) throw unreadable("A folder is encrypted (fscrypt)");
    const found = new Map<string, ExtDirectoryEntry>();
    const add = (entry: ExtDirectoryEntry): void => {
      if (found.size >= maxDirectoryEntries) throw unreadable("A folder has too many entries");
      found.set(entry.name, entry);
    };
    if (directory.inlineData !== null) {
      // the first four bytes are the parent; i_block and the attribute are two blocks of records
      parseDirectoryBlock(directory.inlineData.subarray(4, 60), superblock.hasFileType, add);
      parseDirectoryBlock(directory.inlineData.subarray(60), superblock.hasFileType, add);
    } else {
      const blocks = Math.floor(Math.min(directory.sizeBytes, maxDirectoryBytes) / blockBytes);
      const runs = blocks === 0 ? [] : await blockRuns(device, directory, blockBytes, 0, blocks - 1);
      for (const piece of piecesOf(runs, Math.max(1, Math.floor(directoryPieceBytes / blockBytes)))) {
        const bytes = await device.read(piece.physical * blockBytes, piece.count * blockBytes);
        for (let at = 0; at < bytes.length; at += blockBytes) {
          parseDirectoryBlock(bytes.subarray(at, at + blockBytes), superblock.hasFileType, add);
        }
        if (found.size > entriesPerTurn) await new Promise<void>((resolve) => void setImmediate(resolve));
      }
    }
    (found.size <= maxCachedEntries ? directories : large).set(directory.number, found);
    return found;
  }

  return {
    type: superblock.type,
    label: superblock.label,
    uuid: superblock.uuid,
    notes,
    root: async () => {
      const root = await inode(rootInode);
      if (root.kind !== "directory") throw unreadable("The filesystem has no root folder");
      return root;
    },
    lookup: async (directory, name) => {
      const all = await entries(directory);
      const entry = all.get(name) ?? (directory.ignoresCase ? withoutCase(all, name) : undefined);
      return entry === undefined ? null : inode(entry.inode);
    },
    list: async (directory) => [...(await entries(directory)).values()],
    read,
    readLink: async (link) => {
      if (link.sizeBytes > maxLinkBytes) throw unreadable("A link is longer than a path can be");
      const isFast = link.sizeBytes < 60 && !(link.usesExtents && isExtentNode(link.map));
      const target =
        isFast && link.inlineData === null
          ? link.map.subarray(0, link.sizeBytes)
          : await read(link, 0, link.sizeBytes);
      return target.toString("utf8").split("\0")[0] ?? "";
    },
    attribute: async (node, name) => {
      const inside = inodeAttribute(node.raw, name);
      const value = inside ?? (await attributeOfBlock(node.attributeBlock, name));
      if (value === null || value.kind === "here") return value?.value ?? null;
      return read(await inode(value.inode), 0, value.sizeBytes);
    },
  };

  async function attributeOfBlock(block: number, name: string): Promise<AttributeValue | null> {
    return block === 0 ? null : blockAttribute(await device.read(block * blockBytes, blockBytes), name);
  }
}

function* piecesOf(runs: readonly BlockRun[], maxBlocks: number): Generator<BlockRun> {
  for (const { logical, physical, count } of runs) {
    for (let at = 0; at < count; at += maxBlocks)
      yield { logical: logical + at, physical: physical + at, count: Math.min(maxBlocks, count - at) };
  }
}

function withoutCase(
  all: ReadonlyMap<string, ExtDirectoryEntry>,
  name: string,
): ExtDirectoryEntry | undefined {
  const wanted = name.normalize("NFD").toLowerCase();
  return [...all.values()].find((entry) => entry.name.normalize("NFD").toLowerCase() === wanted);
}

function stateNotes(device: BlockDevice, superblock: ExtSuperblock): string[] {
  const notes: string[] = [];
  if (superblock.checksumIsSound === false)
    notes.push(
      `The checksum of the ${superblock.type} filesystem's superblock is wrong: Linux refuses to mount it.`,
    );
  if (superblock.blocks * superblock.blockBytes > device.sizeBytes) {
    notes.push(`The ${superblock.type} filesystem is larger than the space it lies in.`);
  }
  return notes;
}

import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { AppError } from "#core/lib/app-error.ts";
import { blockRuns } from "#core/image/filesystem/ext/block-map.ts";
import type { BlockRun } from "#core/image/filesystem/ext/block-run.ts";
import { createInodeReader, parseInode, type ExtInode } from "#core/image/filesystem/ext/inode.ts";
import type { ExtSuperblock } from "#core/image/filesystem/ext/superblock.ts";
import { createReplayedDevice } from "./replayed-device.ts";
import { scanJournal, type Replay } from "./scan-journal.ts";
import { parseJournalSuperblock, type JournalSuperblock } from "./journal-superblock.ts";

export interface ReplayedJournal {
  /** What Linux would see after mounting. */
  readonly device: BlockDevice;
  readonly notes: readonly string[];
}

/**
 * What was written to the journal only, laid over the device. A journal that cannot be followed is a note and
 * changes nothing. Only asked for filesystems that need it.
 */
export async function replayJournal(
  device: BlockDevice,
  superblock: ExtSuperblock,
): Promise<ReplayedJournal> {
  const asItIs = (why: string): ReplayedJournal => ({
    device,
    notes: [`The ${superblock.type} filesystem was not unmounted cleanly, and ${why}; it was read as it is.`],
  });
  try {
    const { journal } = superblock;
    if (journal === null || !journal.isInside) return asItIs("its journal is on another disk");
    const inode = await journalInode(device, superblock);
    const fileBlocks = Math.floor(inode.sizeBytes / superblock.blockBytes);
    const runs = await blockRuns(device, inode, superblock.blockBytes, 0, Math.max(0, fileBlocks - 1));
    const readBlock = (number: number): Promise<Buffer> =>
      device.read(physicalBlock(runs, number) * superblock.blockBytes, superblock.blockBytes);
    const header = parseJournalSuperblock(await readBlock(0), superblock.blockBytes, fileBlocks);
    if ("damage" in header) return asItIs(`its journal is damaged: ${header.damage}`);
    if (header.start === 0) {
      const notes = [
        `The ${superblock.type} filesystem was not unmounted cleanly, but its journal is empty.`,
      ];
      return {
        device,
        notes: [...notes, ...(await fastCommitNotes(header, header.sequence, readBlock, superblock))],
      };
    }
    const replay = await scanJournal(header, readBlock);
    const notes = [
      wordsFor(replay, superblock),
      ...(await fastCommitNotes(header, replay.nextSequence, readBlock, superblock)),
    ];
    if (replay.blocks.size === 0) return { device, notes };
    return { device: createReplayedDevice(device, superblock.blockBytes, replay.blocks, readBlock), notes };
  } catch (error) {
    // only what the image is to blame for
    if (error instanceof AppError ? error.code !== "image-unreadable" : !(error instanceof RangeError))
      throw error;
    return asItIs("its journal cannot be found");
  }
}

function wordsFor({ transactions, blocks, damage }: Replay, { type }: ExtSuperblock): string {
  const count = `${transactions} ${transactions === 1 ? "transaction" : "transactions"}, ${blocks.size} ${blocks.size === 1 ? "block" : "blocks"}`;
  const end = damage === null ? "" : ` After that the journal is damaged: ${damage}.`;
  return `The ${type} filesystem was not unmounted cleanly; its journal was replayed in memory (${count}), as Linux does on mounting.${end}`;
}

/** The superblock keeps a copy of where the journal is, for when its inode is lost. */
async function journalInode(device: BlockDevice, superblock: ExtSuperblock): Promise<ExtInode> {
  const number = superblock.journal?.inode ?? 0;
  const backup = superblock.journal?.backup ?? null;
  try {
    const inode = await createInodeReader(device, superblock)(number);
    if (inode.kind === "file" && inode.sizeBytes > 0) return inode;
  } catch (error) {
    if (backup === null) throw error;
  }
  if (backup === null) throw unreadable("The journal's inode is damaged");
  const raw = Buffer.alloc(128);
  raw.writeUInt16LE(0x8180, 0);
  backup.subarray(0, 60).copy(raw, 40);
  backup.copy(raw, 108, 60, 64);
  backup.copy(raw, 4, 64, 68);
  const usesExtents = backup.readUInt16LE(0) === 0xf30a;
  raw.writeUInt32LE(usesExtents ? 0x80000 : 0, 32);
  return parseInode(number, raw);
}

function physicalBlock(runs: readonly BlockRun[], number: number): number {
  let low = 0;
  let high = runs.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((runs[middle]?.logical ?? Infinity) <= number) low = middle;
    else high = middle - 1;
  }
  const run = runs[low];
  if (run === undefined || number < run.logical || number >= run.logical + run.count)
    throw unreadable("The journal has holes");
  return run.physical + (number - run.logical);
}

/** Documentation/filesystems/ext4/journal.rst, "Fast commits": an area of its own behind the ring, little endian. */
const fastCommitHead = 0x000a;

async function fastCommitNotes(
  header: JournalSuperblock,
  nextSequence: number,
  readBlock: (number: number) => Promise<Buffer>,
  { type }: ExtSuperblock,
): Promise<string[]> {
  if (!header.hasFastCommits) return [];
  const block = await readBlock(header.end);
  const isCurrent =
    block.readUInt16LE(0) === fastCommitHead &&
    block.readUInt16LE(2) >= 8 &&
    block.readUInt32LE(8) === nextSequence;
  return isCurrent
    ? [
        `The newest changes of the ${type} filesystem are fast commits in its journal, which are not replayed here.`,
      ]
    : [];
}

import {
  commitIsSound,
  dataIsSound,
  parseHeader,
  parseRevoked,
  parseTags,
  tailIsSound,
  type BlockTag,
} from "./journal-blocks.ts";
import { addToTransaction, emptyTransaction, transactionIsSound } from "./transaction-checksum.ts";
import { blockType, type JournalSuperblock } from "./journal-superblock.ts";

/** 1 GiB of blocks of 4 KiB: the largest journal that mke2fs makes. */
const maxDataBlocks = 262_144;
/** Checksums of so many blocks; then others get their turn. */
const blocksPerTurn = 128;

/** A block of the filesystem whose newest content stands in the journal. */
export interface JournalledBlock {
  /** Number of the block within the journal. */
  readonly at: number;
  readonly isEscaped: boolean;
}

export interface Replay {
  /** By number of the block in the filesystem. */
  readonly blocks: ReadonlyMap<number, JournalledBlock>;
  readonly transactions: number;
  /** Sequence number of the first transaction that is not there. */
  readonly nextSequence: number;
  /** What was wrong with it; transactions before the damage count. */
  readonly damage: string | null;
}

interface Pending extends BlockTag {
  readonly at: number;
}

/**
 * Follows the log from its start, one transaction after the other, and keeps what Linux would write on mounting:
 * only transactions with a commit block, the newest content of each block, nothing that was revoked later.
 * `readBlock` reads a block of the journal.
 */
export async function scanJournal(
  superblock: JournalSuperblock,
  readBlock: (number: number) => Promise<Buffer>,
): Promise<Replay> {
  const written: { tag: Pending; sequence: number }[] = [];
  const revokedIn = new Map<number, number>();
  let pending: Pending[] = [];
  let revoked: number[] = [];
  let { sequence, start: at } = superblock;
  const firstSequence = sequence;
  const ringBlocks = superblock.end - superblock.first;
  let passed = 0;
  let damage: string | null = null;
  let sum = emptyTransaction;
  let readSinceTurn = 0;

  const step = (from: number): number => {
    passed++;
    return from + 1 >= superblock.end ? superblock.first : from + 1;
  };
  const takeTurns = async (): Promise<void> => {
    if (++readSinceTurn % blocksPerTurn === 0)
      await new Promise<void>((resolve) => void setImmediate(resolve));
  };

  while (passed < ringBlocks) {
    await takeTurns();
    const block = await readBlock(at);
    const header = parseHeader(block);
    if (header === null || header.sequence !== sequence) break;
    at = step(at);
    if (header.type === blockType.descriptor) {
      if (!tailIsSound(block, superblock)) {
        damage = "a list of blocks has a wrong checksum";
        break;
      }
      if (superblock.hasTransactionChecksums) sum = addToTransaction(sum, block);
      for (const tag of parseTags(block, superblock)) {
        pending.push({ ...tag, at });
        if (superblock.hasTransactionChecksums) {
          await takeTurns();
          sum = addToTransaction(sum, await readBlock(at));
        }
        at = step(at);
        if (passed > ringBlocks) break;
      }
    } else if (header.type === blockType.revoke) {
      if (!tailIsSound(block, superblock)) {
        damage = "a list of revoked blocks has a wrong checksum";
        break;
      }
      revoked.push(...parseRevoked(block, superblock));
    } else if (header.type === blockType.commit) {
      const isSound = superblock.hasTransactionChecksums
        ? transactionIsSound(block, sum)
        : commitIsSound(block, superblock);
      sum = emptyTransaction;
      if (!isSound) {
        damage = "the end of a transaction has a wrong checksum";
        break;
      }
      if (written.length + pending.length > maxDataBlocks) {
        damage = "it is too large";
        break;
      }
      for (const tag of pending) written.push({ tag, sequence });
      for (const target of revoked) revokedIn.set(target, sequence);
      pending = [];
      revoked = [];
      sequence = (sequence + 1) >>> 0;
    } else break;
  }

  const blocks = new Map<number, JournalledBlock>();
  for (const { tag, sequence: own } of written) {
    const until = revokedIn.get(tag.target);
    if (until !== undefined && ((own - until) | 0) <= 0) continue;
    await takeTurns();
    if (superblock.checksums !== "none" && !dataIsSound(await readBlock(tag.at), tag, own, superblock)) {
      damage ??= "the content of a block has a wrong checksum";
      continue;
    }
    blocks.set(tag.target, { at: tag.at, isEscaped: tag.isEscaped });
  }
  return { blocks, transactions: (sequence - firstSequence) >>> 0, nextSequence: sequence, damage };
}

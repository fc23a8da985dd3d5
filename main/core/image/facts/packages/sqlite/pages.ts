import type { FileTree, TreeFile } from "#core/image/filesystem/file-tree.ts";
import { unreadable } from "#core/image/source/binary.ts";

/** The pages of a database, as they are after the last commit. */
export interface Pages {
  /** Bytes of a page that hold cells; the rest belongs to extensions. */
  readonly usableBytes: number;
  /** Numbered from 1. */
  read(number: number): Promise<Buffer>;
}

const maxWalBytes = 64 * 1024 ** 2;
const walHeaderBytes = 32;
const frameHeaderBytes = 24;

/** Throws `image-unreadable` for what is no SQLite database; null when there is no such file. */
export async function openPages(tree: FileTree, path: string): Promise<Pages | null> {
  const file = await tree.openFile(path);
  if (file === null) return null;
  const head = await file.read(0, 100);
  if (head.length < 100 || head.toString("latin1", 0, 16) !== "SQLite format 3\0") {
    throw unreadable(`${path} is no SQLite database`);
  }
  const stored = head.readUInt16BE(16);
  const pageBytes = stored === 1 ? 65536 : stored;
  const usableBytes = pageBytes - head.readUInt8(20);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0 || usableBytes < 480) {
    throw unreadable(`${path} has an impossible page size`);
  }
  const encoding = head.readUInt32BE(56);
  if (encoding > 1) throw unreadable(`${path} keeps its text as UTF-16, which no package manager does`);
  const log = await readLog(await tree.openFile(`${path}-wal`), pageBytes);
  return {
    usableBytes,
    read: async (number) => {
      if (number < 1) throw unreadable(`${path} is damaged: it names a page that cannot be`);
      const logged = log.get(number);
      const page =
        logged === undefined ? await file.read((number - 1) * pageBytes, pageBytes) : await logged();
      if (page.length < pageBytes) throw unreadable(`${path} is damaged: it ends too early`);
      return page;
    },
  };
}

/**
 * The write-ahead log: frames of a header and a page each. A frame counts when its salts are those of the
 * log's header and a commit follows. Checksums are not compared: only a machine that lost its power in the
 * middle of a write differs.
 */
async function readLog(wal: TreeFile | null, pageBytes: number): Promise<Map<number, () => Promise<Buffer>>> {
  const committed = new Map<number, () => Promise<Buffer>>();
  if (wal === null || wal.sizeBytes < walHeaderBytes + frameHeaderBytes + pageBytes) return committed;
  const head = await wal.read(0, walHeaderBytes);
  const magic = head.readUInt32BE(0);
  if ((magic !== 0x377f_0682 && magic !== 0x377f_0683) || head.readUInt32BE(8) !== pageBytes)
    return committed;
  const salts = head.subarray(16, 24);
  const pending = new Map<number, () => Promise<Buffer>>();
  const end = Math.min(wal.sizeBytes, maxWalBytes);
  const frameBytes = frameHeaderBytes + pageBytes;
  for (let at = walHeaderBytes; at + frameBytes <= end; at += frameBytes) {
    const frame = await wal.read(at, frameHeaderBytes);
    if (!frame.subarray(8, 16).equals(salts)) break;
    const pageAt = at + frameHeaderBytes;
    pending.set(frame.readUInt32BE(0), () => wal.read(pageAt, pageBytes));
    if (frame.readUInt32BE(4) === 0) continue; // not a commit
    for (const [number, read] of pending) committed.set(number, read);
    pending.clear();
  }
  return committed;
}

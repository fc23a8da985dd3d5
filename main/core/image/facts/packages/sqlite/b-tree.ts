import { unreadable } from "#core/image/source/binary.ts";
import type { Pages } from "./pages.ts";
import { parseRecord, readVarint, type Value } from "./record.ts";

/** A table of 4 KiB pages with a fan-out of two would have a thousand billion rows at this depth. */
const maxDepth = 40;
const maxPagesOfWalk = 20_000;
const headerAt = (number: number): number => (number === 1 ? 100 : 0);

export interface Row {
  readonly rowid: number;
  readonly values: readonly Value[];
}

interface Page {
  readonly kind: "index" | "table";
  readonly isLeaf: boolean;
  readonly bytes: Buffer;
  readonly cells: readonly number[];
  /** Page behind the last cell; null in a leaf. */
  readonly right: number | null;
}

async function readPage(pages: Pages, number: number): Promise<Page> {
  const bytes = await pages.read(number);
  const at = headerAt(number);
  const type = bytes.readUInt8(at);
  if (![2, 5, 10, 13].includes(type)) throw unreadable("A database page is damaged");
  const isLeaf = type > 5;
  const count = bytes.readUInt16BE(at + 3);
  const first = at + (isLeaf ? 8 : 12);
  if (first + count * 2 > bytes.length) throw unreadable("A database page is damaged");
  const cells = Array.from({ length: count }, (_v, index) => bytes.readUInt16BE(first + index * 2));
  const right = isLeaf ? null : bytes.readUInt32BE(at + 8);
  return { kind: type === 5 || type === 13 ? "table" : "index", isLeaf, bytes, cells, right };
}

/** Refuses trees that never end. */
function createLeash(): (depth: number) => void {
  let visited = 0;
  return (depth) => {
    if (depth > maxDepth || ++visited > maxPagesOfWalk) throw unreadable("A database goes round in circles");
  };
}

/** Number of rows of a table, from the counts in its leaves. */
export async function countRows(pages: Pages, root: number): Promise<number> {
  const leash = createLeash();
  const count = async (number: number, depth: number): Promise<number> => {
    leash(depth);
    const page = await readPage(pages, number);
    if (page.right === null) return page.cells.length;
    const children = [...page.cells.map((cell) => page.bytes.readUInt32BE(cell)), page.right];
    const counts = await Promise.all(children.map((child) => count(child, depth + 1)));
    return counts.reduce((sum, rows) => sum + rows, 0);
  };
  return count(root, 0);
}

/** All rows of a table in the order of their ids, each with at most `maxRowBytes` of its record. */
export async function eachRow(
  pages: Pages,
  root: number,
  maxRowBytes: number,
  see: (row: Row) => void,
): Promise<void> {
  const leash = createLeash();
  const walk = async (number: number, depth: number): Promise<void> => {
    leash(depth);
    const page = await readPage(pages, number);
    for (const cell of page.cells) {
      if (!page.isLeaf) await walk(page.bytes.readUInt32BE(cell), depth + 1);
      else see(await readRow(pages, page, cell, maxRowBytes));
    }
    if (page.right !== null) await walk(page.right, depth + 1);
  };
  await walk(root, 0);
}

/** The row with this id, with at most `maxRowBytes` of its record; null when there is none. */
export async function findRow(
  pages: Pages,
  root: number,
  rowid: number,
  maxRowBytes: number,
): Promise<Row | null> {
  let number = root;
  for (let depth = 0; depth <= maxDepth; depth++) {
    const page = await readPage(pages, number);
    if (page.right !== null) {
      const cell = page.cells.find((at) => rowid <= readVarint(page.bytes, at + 4).value);
      number = cell === undefined ? page.right : page.bytes.readUInt32BE(cell);
      continue;
    }
    const cell = page.cells.find(
      (at) => readVarint(page.bytes, readVarint(page.bytes, at).next).value === rowid,
    );
    return cell === undefined ? null : readRow(pages, page, cell, maxRowBytes);
  }
  throw unreadable("A database goes round in circles");
}

async function readRow(pages: Pages, page: Page, cell: number, maxBytes: number): Promise<Row> {
  if (page.kind !== "table") throw unreadable("A database table is damaged");
  const size = readVarint(page.bytes, cell);
  const id = readVarint(page.bytes, size.next);
  const payload = await readPayload(pages, page, id.next, size.value, maxBytes);
  return { rowid: id.value, values: parseRecord(payload) };
}

const maxKeyBytes = 4096;
const maxMatches = 1000;

/** Row ids of the entries whose first column is `key`, in the index' order. */
export async function findInIndex(pages: Pages, root: number, key: string): Promise<number[]> {
  const leash = createLeash();
  const wanted = Buffer.from(key);
  const found: number[] = [];
  const walk = async (number: number, depth: number): Promise<void> => {
    leash(depth);
    const page = await readPage(pages, number);
    if (page.kind !== "index") throw unreadable("A database index is damaged");
    for (const cell of page.cells) {
      const size = readVarint(page.bytes, page.isLeaf ? cell : cell + 4);
      const record = parseRecord(await readPayload(pages, page, size.next, size.value, maxKeyBytes));
      const [value] = record;
      const order = typeof value === "string" ? Buffer.compare(Buffer.from(value), wanted) : -1;
      if (order >= 0 && !page.isLeaf) await walk(page.bytes.readUInt32BE(cell), depth + 1);
      if (order > 0 || found.length >= maxMatches) return;
      const rowid = record.at(-1);
      if (order === 0 && typeof rowid === "number") found.push(rowid);
    }
    if (page.right !== null) await walk(page.right, depth + 1);
  };
  await walk(root, 0);
  return found;
}

/** A payload that does not fit into its page goes on in a chain of overflow pages (section 1.6). */
async function readPayload(
  pages: Pages,
  page: Page,
  at: number,
  sizeBytes: number,
  maxBytes: number,
): Promise<Buffer> {
  const usable = pages.usableBytes;
  const isTableLeaf = page.kind === "table" && page.isLeaf;
  const most = isTableLeaf ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (sizeBytes <= most) return page.bytes.subarray(at, at + Math.min(sizeBytes, maxBytes));
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((sizeBytes - least) % (usable - 4));
  const local = fitting <= most ? fitting : least;
  const parts = [page.bytes.subarray(at, at + local)];
  let next = page.bytes.readUInt32BE(at + local);
  let have = local;
  const wanted = Math.min(sizeBytes, maxBytes);
  while (next !== 0 && have < wanted) {
    const overflow = await pages.read(next);
    const part = overflow.subarray(4, Math.min(usable, 4 + sizeBytes - have));
    if (part.length === 0) break;
    parts.push(part);
    have += part.length;
    next = overflow.readUInt32BE(0);
  }
  if (have < wanted) throw unreadable("A database record is cut off");
  return Buffer.concat(parts).subarray(0, wanted);
}

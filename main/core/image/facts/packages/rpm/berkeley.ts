import type { FileTree, TreeFile } from "#core/image/filesystem/file-tree.ts";
import { maxPackages } from "#core/image/facts/packages/package-database.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { createScannedStore, type HeaderStore, type ReadHeader } from "./header-store.ts";

/** Berkeley DB, src/dbinc/db_page.h: a hash's meta page, its bucket pages, overflow pages. */
const hashMagic = 0x0006_1561;
const hashMeta = 8;
const hashPages = [2, 13];
const overflowPage = 7;
const pageHeaderBytes = 26;
const item = { inline: 1, offPage: 3 };
const maxBuckets = 1_000_000;
const atOnce = 64;

interface Hash {
  readonly path: string;
  readonly file: TreeFile;
  readonly pageBytes: number;
  readonly u16: (bytes: Buffer, at: number) => number;
  readonly u32: (bytes: Buffer, at: number) => number;
}

/** `Packages` as a hash of package number -> header; null when there is no such file. */
export async function openBerkeley(tree: FileTree, path: string): Promise<HeaderStore | null> {
  const file = await tree.openFile(path);
  if (file === null) return null;
  const meta = await file.read(0, 512);
  if (meta.length < 512) throw unreadable(`${path} is no package database`);
  const isLittle = meta.readUInt32LE(12) === hashMagic;
  if (!isLittle && meta.readUInt32BE(12) !== hashMagic) throw unreadable(`${path} is no Berkeley DB hash`);
  const u16 = (bytes: Buffer, at: number): number =>
    isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const u32 = (bytes: Buffer, at: number): number =>
    isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const pageBytes = u32(meta, 20);
  const isPower = pageBytes >= 512 && pageBytes <= 65536 && (pageBytes & (pageBytes - 1)) === 0;
  if (!isPower || meta[25] !== hashMeta) throw unreadable(`${path} is damaged`);
  if (meta[24] !== 0) throw unreadable(`${path} is encrypted`);
  const hash: Hash = { path, file, pageBytes, u16, u32 };
  const headers = await collect(hash, bucketPages(hash, meta));
  headers.sort((a, b) => a.number - b.number);
  return createScannedStore(
    "bdb",
    headers.map(({ read }) => read),
  );
}

/** Bucket b starts on page b + spares[log2 of the next power of two above b]: the doubling of linear hashing. */
function bucketPages({ path, u32, file, pageBytes }: Hash, meta: Buffer): number[] {
  const maxBucket = u32(meta, 72);
  if (maxBucket > Math.min(maxBuckets, file.sizeBytes / pageBytes)) throw unreadable(`${path} is damaged`);
  return Array.from({ length: maxBucket + 1 }, (_v, bucket) => {
    const doubling = bucket === 0 ? 0 : 32 - Math.clz32(bucket);
    return bucket + u32(meta, 96 + doubling * 4);
  });
}

interface Found {
  readonly number: number;
  readonly read: ReadHeader;
}

async function collect(hash: Hash, buckets: readonly number[]): Promise<Found[]> {
  const found: Found[] = [];
  const seen = new Set<number>();
  let pages = buckets;
  while (pages.length > 0) {
    const next: number[] = [];
    for (let at = 0; at < pages.length; at += atOnce) {
      const some = pages.slice(at, at + atOnce).filter((page) => !seen.has(page));
      const read = await Promise.all(some.map((number) => readPage(hash, number)));
      for (const number of some) seen.add(number);
      for (const page of read) {
        if (!hashPages.includes(page.readUInt8(25))) continue; // a bucket that was never filled is zeros
        found.push(...pairsOn(hash, page));
        if (found.length > maxPackages) throw unreadable(`${hash.path} is damaged`);
        const more = hash.u32(page, 16);
        if (more !== 0) next.push(more);
      }
    }
    pages = next;
  }
  return found;
}

async function readPage({ file, path, pageBytes }: Hash, number: number): Promise<Buffer> {
  const page = await file.read(number * pageBytes, pageBytes);
  if (page.length < pageBytes) throw unreadable(`${path} is damaged: it ends too early`);
  return page;
}

/** Offsets of key and value by turns. Package 0 is the counter for new ones. */
function pairsOn(hash: Hash, page: Buffer): Found[] {
  const { u16, u32 } = hash;
  const entries = u16(page, 20);
  if (pageHeaderBytes + entries * 2 > page.length) throw unreadable(`${hash.path} is damaged`);
  const at = (index: number): number => u16(page, pageHeaderBytes + index * 2);
  const found: Found[] = [];
  for (let index = 0; index + 1 < entries; index += 2) {
    const [key, value] = [at(index), at(index + 1)];
    if (page.readUInt8(key) !== item.inline) continue;
    const number = u32(page, key + 1);
    if (number === 0) continue;
    const kind = page.readUInt8(value);
    if (kind === item.offPage) {
      found.push({ number, read: overflowing(hash, u32(page, value + 4), u32(page, value + 8)) });
    } else if (kind === item.inline) {
      // items grow from the end of the page: the one before ends where this one begins
      const bytes = page.subarray(value + 1, at(index));
      found.push({ number, read: (lengthBytes) => Promise.resolve(bytes.subarray(0, lengthBytes)) });
    }
  }
  return found;
}

/** A chain of pages; `hf_offset` is the length of what is on one. */
const overflowing =
  (hash: Hash, first: number, sizeBytes: number): ReadHeader =>
  async (lengthBytes) => {
    const wanted = Math.min(lengthBytes, sizeBytes);
    const parts: Buffer[] = [];
    let have = 0;
    // all pages of a chain but the last are full
    let pagesLeft = Math.ceil(wanted / (hash.pageBytes - pageHeaderBytes)) + 1;
    for (let number = first; number !== 0 && have < wanted && pagesLeft > 0; pagesLeft--) {
      const page = await readPage(hash, number);
      const length = hash.u16(page, 22);
      if (page[25] !== overflowPage || length === 0) break;
      parts.push(page.subarray(pageHeaderBytes, pageHeaderBytes + length));
      have += length;
      number = hash.u32(page, 16);
    }
    return Buffer.concat(parts).subarray(0, wanted);
  };

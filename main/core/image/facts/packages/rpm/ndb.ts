import type { FileTree, TreeFile } from "#core/image/filesystem/file-tree.ts";
import { maxPackages } from "#core/image/facts/packages/package-database.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { createScannedStore, type HeaderStore, type ReadHeader } from "./header-store.ts";

/** lib/backend/ndb/rpmpkg.c: a header of two slots, pages of slots, blobs in blocks of 16 bytes. */
const magic = "RpmP";
const slotMagic = "Slot";
const blobMagic = "BlbS";
const slotBytes = 16;
const pageBytes = 4096;
const blockBytes = 16;
const blobHeaderBytes = 16;
/** 255 slots a page. */
const maxSlotPages = 1000;

/** Packages.db; null when there is no such file. */
export async function openNdb(tree: FileTree, path: string): Promise<HeaderStore | null> {
  const file = await tree.openFile(path);
  if (file === null) return null;
  const head = await file.read(0, 32);
  if (head.length < 32 || head.toString("latin1", 0, 4) !== magic || head.readUInt32LE(4) !== 0) {
    throw unreadable(`${path} is no package database`);
  }
  const slotPages = head.readUInt32LE(12);
  if (slotPages > maxSlotPages) throw unreadable(`${path} is damaged`);
  const slots = await file.read(0, slotPages * pageBytes);
  const found: { index: number; at: number }[] = [];
  for (
    let at = 2 * slotBytes;
    at + slotBytes <= slots.length && found.length < maxPackages;
    at += slotBytes
  ) {
    if (slots.toString("latin1", at, at + 4) !== slotMagic) throw unreadable(`${path} is damaged`);
    const index = slots.readUInt32LE(at + 4);
    const block = slots.readUInt32LE(at + 8);
    if (index !== 0 && block !== 0) found.push({ index, at: block * blockBytes });
  }
  found.sort((a, b) => a.index - b.index);
  return createScannedStore(
    "ndb",
    found.map((slot) => headerAt(file, slot.at, slot.index)),
  );
}

/** A blob's own head: magic, package index, generation, length. */
const headerAt =
  (file: TreeFile, at: number, index: number): ReadHeader =>
  async (lengthBytes) => {
    const blob = await file.read(at, blobHeaderBytes + lengthBytes);
    if (blob.length < blobHeaderBytes || blob.toString("latin1", 0, 4) !== blobMagic) return Buffer.alloc(0);
    if (blob.readUInt32LE(4) !== index) return Buffer.alloc(0);
    return blob.subarray(blobHeaderBytes, blobHeaderBytes + blob.readUInt32LE(12));
  };

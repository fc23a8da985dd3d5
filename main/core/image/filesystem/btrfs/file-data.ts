import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import { unreadable } from "#core/image/source/binary.ts";
import type { ChunkMap } from "./chunk-map.ts";
import { compression, maxUnpackedBytes, unpackExtent } from "./decompress.ts";
import { itemType, u64At } from "./key.ts";
import { damagedTree, type BtrfsSuperblock, type TreeRoot } from "./superblock.ts";
import type { Item, Trees } from "./trees.ts";

const extentType = { inline: 0, regular: 1, preallocated: 2 } as const;
const inlineHeaderBytes = 21;
const itemBytes = 53;
/** Unpacked extents that are kept: a file is mostly read in pieces smaller than an extent. */
const keptExtents = 32;
/** Extents read side by side; more would only fill memory. */
const parallelReads = 8;
/** A long extent is read in pieces, so that no copy keeps others from running. */
const pieceBytes = 4 * 1024 ** 2;

export interface FileData {
  /** Fills a zeroed buffer with the bytes of a file from `offsetBytes` on; holes stay zeros. */
  fill(tree: TreeRoot, inode: number, offsetBytes: number, buffer: Buffer): Promise<void>;
}

export function createFileData(chunks: ChunkMap, trees: Trees, superblock: BtrfsSuperblock): FileData {
  const { sectorBytes } = superblock;
  const unpacked = createBoundedMap<string, Promise<Buffer>>(keptExtents);

  async function readData(logical: number, lengthBytes: number): Promise<Buffer> {
    const copies = Math.max(1, chunks.copies(logical));
    for (let mirror = 0; mirror < copies - 1; mirror++) {
      try {
        return await chunks.read(logical, lengthBytes, mirror);
      } catch {
        continue; // the last copy says what is wrong
      }
    }
    return chunks.read(logical, lengthBytes, copies - 1);
  }

  function unpackedExtent(type: number, logical: number, packedBytes: number, size: number): Promise<Buffer> {
    const key = `${logical}:${packedBytes}:${size}:${type}`;
    const known = unpacked.get(key);
    if (known !== undefined) return known;
    const read = readData(logical, packedBytes).then((packed) =>
      unpackExtent(type, packed, size, sectorBytes),
    );
    unpacked.set(key, read);
    return read;
  }

  /** Copies the part of one extent that lies in the wanted range. */
  async function fillFrom(item: Item, offsetBytes: number, buffer: Buffer): Promise<void> {
    const { data } = item;
    if (data.length < inlineHeaderBytes) throw damagedTree("a file's extent is too short");
    if (data.readUInt8(17) !== 0 || data.readUInt16LE(18) !== 0)
      throw unreadable("A file on btrfs is encrypted or encoded in a way that is not known here");
    const type = data.readUInt8(20);
    const packing = data.readUInt8(16);
    const plainBytes = u64At(data, 8);
    if (packing !== compression.none && plainBytes > maxUnpackedBytes)
      throw damagedTree("a compressed extent is larger than it can be");
    if (type === extentType.inline) {
      const raw = data.subarray(inlineHeaderBytes);
      const bytes =
        packing === compression.none ? raw : await unpackExtent(packing, raw, plainBytes, sectorBytes);
      copyInto(buffer, offsetBytes, item.offset, bytes);
      return;
    }
    if (data.length < itemBytes) throw damagedTree("a file's extent is too short");
    const logical = u64At(data, 21);
    const count = u64At(data, 45);
    if (type === extentType.preallocated || logical === 0) return;
    if (type !== extentType.regular) throw damagedTree("a file has an extent of an unknown type");
    if (item.offset % sectorBytes !== 0 || count % sectorBytes !== 0)
      throw damagedTree("a file's extent is not a number of sectors");
    const from = Math.max(item.offset, offsetBytes);
    const length = Math.min(item.offset + count, offsetBytes + buffer.length) - from;
    if (length <= 0) return;
    const within = u64At(data, 37) + (from - item.offset);
    if (packing === compression.none) {
      for (let done = 0; done < length; done += pieceBytes) {
        const bytes = await readData(logical + within + done, Math.min(pieceBytes, length - done));
        copyInto(buffer, offsetBytes, from + done, bytes);
      }
      return;
    }
    const packedBytes = u64At(data, 29);
    if (packedBytes > 2 * maxUnpackedBytes) throw damagedTree("a compressed extent is larger than it can be");
    const bytes = await unpackedExtent(packing, logical, packedBytes, plainBytes);
    copyInto(buffer, offsetBytes, from, bytes.subarray(within, within + length));
  }

  return {
    async fill(tree, inode, offsetBytes, buffer) {
      const key = { objectid: inode, type: itemType.extentData, offset: offsetBytes };
      const last = { ...key, offset: offsetBytes + buffer.length - 1 };
      const before = await trees.findLastNotAfter(tree, key);
      const isOurs = before !== null && before.objectid === inode && before.type === itemType.extentData;
      const first = isOurs ? { ...key, offset: before.offset } : key;
      for await (const items of trees.scan(tree, first, last)) {
        for (let at = 0; at < items.length; at += parallelReads) {
          const together = items.slice(at, at + parallelReads);
          await Promise.all(together.map((item) => fillFrom(item, offsetBytes, buffer)));
        }
      }
    },
  };
}

/** Copies what of `bytes`, which belong at `position` of the file, falls into a buffer that starts at `start`. */
function copyInto(buffer: Buffer, start: number, position: number, bytes: Buffer): void {
  const skip = Math.max(0, start - position);
  const at = Math.max(0, position - start);
  if (skip < bytes.length && at < buffer.length) bytes.copy(buffer, at, skip);
}

import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { itemType, keyBytes, objectId, readKey, u64At } from "./key.ts";
import { damagedTree } from "./superblock.ts";

/** BTRFS_BLOCK_GROUP_*: how a chunk is laid out over its stripes. */
const profile = { raid0: 0x8, raid10: 0x40, raid5: 0x80, raid6: 0x100 } as const;
/** BTRFS_STRIPE_LEN: the kernel knows no other. */
const stripeBytes = 64 * 1024;
const maxChunks = 200_000;
const chunkItemBytes = 48;
const stripeItemBytes = 32;

/** A piece of the logical address space and where it lies on the disk. */
export interface Chunk {
  readonly logical: number;
  readonly lengthBytes: number;
  readonly flags: number;
  /** For RAID10: stripes that hold the same. */
  readonly subStripes: number;
  /** Byte offsets on the disk; null for a stripe on another one. */
  readonly stripes: readonly (number | null)[];
}

/** Logical addresses of btrfs to bytes of the device. */
export interface ChunkMap {
  add(chunk: Chunk): void;
  /** Reads the copy `mirror`. Throws `image-unreadable` when there is no such copy, or no such address. */
  read(logical: number, lengthBytes: number, mirror: number): Promise<Buffer>;
  /** How many copies there are of what lies at an address; 0 when no chunk holds it. */
  copies(logical: number): number;
}

export function parseChunk(logical: number, item: Buffer, deviceId: number): Chunk {
  if (item.length < chunkItemBytes) throw damagedTree("a chunk is too short");
  const count = item.readUInt16LE(44);
  if (count === 0 || item.length < chunkItemBytes + count * stripeItemBytes)
    throw damagedTree("a chunk has no room for its stripes");
  const stripes = Array.from({ length: count }, (_value, index) => {
    const at = chunkItemBytes + index * stripeItemBytes;
    return u64At(item, at) === deviceId ? u64At(item, at + 8) : null;
  });
  const chunk = {
    logical,
    lengthBytes: u64At(item, 0),
    flags: u64At(item, 24) % 2 ** 32,
    subStripes: Math.max(1, item.readUInt16LE(46)),
    stripes,
  };
  const isStriped = (chunk.flags & (profile.raid0 | profile.raid10)) !== 0;
  if (chunk.lengthBytes === 0 || (isStriped && u64At(item, 16) !== stripeBytes))
    throw damagedTree("a chunk has an impossible size");
  return chunk;
}

/** The superblock's own copy of the chunks that hold the chunk tree: keys and chunk items in turn. */
export function parseSystemChunks(bytes: Buffer, deviceId: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at + keyBytes + chunkItemBytes <= bytes.length;) {
    const key = readKey(bytes, at);
    if (key.objectid !== objectId.chunks || key.type !== itemType.chunk) break;
    const item = bytes.subarray(at + keyBytes);
    const chunk = parseChunk(key.offset, item, deviceId);
    chunks.push(chunk);
    at += keyBytes + chunkItemBytes + chunk.stripes.length * stripeItemBytes;
  }
  return chunks;
}

export function createChunkMap(device: BlockDevice): ChunkMap {
  /** Sorted by address. */
  const chunks: Chunk[] = [];

  /** Index of the last chunk that does not start behind an address. */
  function indexBefore(logical: number): number {
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((chunks[middle]?.logical ?? 0) <= logical) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function chunkAt(logical: number): Chunk | null {
    const chunk = chunks[indexBefore(logical)];
    return chunk !== undefined && logical < chunk.logical + chunk.lengthBytes ? chunk : null;
  }

  const copiesIn = ({ flags, stripes, subStripes }: Chunk): number => {
    if ((flags & profile.raid0) !== 0) return 1;
    return (flags & profile.raid10) === 0 ? stripes.length : subStripes;
  };

  /** Where an address lies on the disk, and how many bytes from there on lie in a row. */
  function locate(logical: number, mirror: number): { offset: number; available: number } {
    const chunk = chunkAt(logical);
    if (chunk === null) throw damagedTree(`nothing lies at its address ${logical}`);
    const { flags, stripes, subStripes } = chunk;
    if ((flags & (profile.raid5 | profile.raid6)) !== 0)
      throw unreadable("The btrfs filesystem uses raid56, which is not read here");
    const within = logical - chunk.logical;
    const isRaid10 = (flags & profile.raid10) !== 0;
    let stripe = stripes[mirror];
    let offset = within;
    let available = chunk.lengthBytes - within;
    if (isRaid10 || (flags & profile.raid0) !== 0) {
      const number = Math.floor(within / stripeBytes);
      const inStripe = within % stripeBytes;
      const columns = Math.max(1, Math.floor(stripes.length / (isRaid10 ? subStripes : 1)));
      stripe = stripes[isRaid10 ? (number % columns) * subStripes + mirror : number % columns];
      offset = Math.floor(number / columns) * stripeBytes + inStripe;
      available = Math.min(available, stripeBytes - inStripe);
    }
    if (stripe === null || stripe === undefined)
      throw unreadable("A part of the btrfs filesystem lies on another disk, which is needed to read it");
    return { offset: stripe + offset, available };
  }

  return {
    add(chunk) {
      const before = indexBefore(chunk.logical);
      const previous = chunks[before];
      if (previous?.logical === chunk.logical) return; // the chunk tree repeats the superblock's
      const next = chunks[before + 1];
      const overlaps =
        (previous !== undefined && previous.logical + previous.lengthBytes > chunk.logical) ||
        (next !== undefined && chunk.logical + chunk.lengthBytes > next.logical);
      if (overlaps) throw damagedTree("two chunks hold the same address");
      if (chunks.length >= maxChunks) throw damagedTree("it has too many chunks");
      chunks.splice(before + 1, 0, chunk);
    },
    copies: (logical) => {
      const chunk = chunkAt(logical);
      return chunk === null ? 0 : copiesIn(chunk);
    },
    async read(logical, lengthBytes, mirror) {
      const whole = locate(logical, mirror);
      if (whole.available >= lengthBytes) return device.read(whole.offset, lengthBytes);
      const parts: Buffer[] = [];
      for (let done = 0; done < lengthBytes;) {
        const { offset, available } = locate(logical + done, mirror);
        const bytes = Math.min(available, lengthBytes - done);
        parts.push(await device.read(offset, bytes));
        done += bytes;
      }
      return Buffer.concat(parts);
    },
  };
}

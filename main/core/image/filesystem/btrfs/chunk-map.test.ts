import { describe, expect, it } from "vitest";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { createChunkMap, parseChunk, parseSystemChunks, type Chunk } from "./chunk-map.ts";

const KiB = 1024;
const stripe = 64 * KiB;
/** Every 64 KiB of the disk are filled with their own number. */
const disk = memoryDevice(Buffer.concat(Array.from({ length: 16 }, (_v, i) => Buffer.alloc(stripe, i))));

function chunkItem(
  flags: number,
  stripes: readonly [device: number, offset: number][],
  subStripes = 1,
): Buffer {
  const item = Buffer.alloc(48 + 32 * stripes.length);
  item.writeBigUInt64LE(BigInt(4 * stripe), 0);
  item.writeBigUInt64LE(BigInt(stripe), 16);
  item.writeBigUInt64LE(BigInt(flags), 24);
  item.writeUInt16LE(stripes.length, 44);
  item.writeUInt16LE(subStripes, 46);
  stripes.forEach(([device, offset], index) => {
    item.writeBigUInt64LE(BigInt(device), 48 + 32 * index);
    item.writeBigUInt64LE(BigInt(offset), 56 + 32 * index);
  });
  return item;
}

const mapOf = (chunk: Chunk): ReturnType<typeof createChunkMap> => {
  const map = createChunkMap(disk);
  map.add(chunk);
  return map;
};
const logical = 2 ** 40;
/** The numbers of the disk's pieces that a read touches, in order. */
const pieces = async (chunk: Chunk, from: number, length: number, mirror = 0): Promise<number[]> => [
  ...new Set(await mapOf(chunk).read(logical + from, length, mirror)),
];

describe("chunks", () => {
  it("single and DUP lie in a row, DUP twice", async () => {
    const chunk = parseChunk(
      logical,
      chunkItem(0x20, [
        [1, 3 * stripe],
        [1, 9 * stripe],
      ]),
      1,
    );
    expect(mapOf(chunk).copies(logical)).toBe(2);
    expect(await pieces(chunk, stripe, 2 * stripe)).toEqual([4, 5]);
    expect(await pieces(chunk, stripe, 2 * stripe, 1)).toEqual([10, 11]);
  });

  it("RAID0 takes turns", async () => {
    const chunk = parseChunk(
      logical,
      chunkItem(0x8, [
        [1, 0],
        [1, 8 * stripe],
      ]),
      1,
    );
    expect(mapOf(chunk).copies(logical)).toBe(1);
    expect(await pieces(chunk, 0, 4 * stripe)).toEqual([0, 8, 1, 9]);
    expect(await pieces(chunk, 3 * stripe - 1, 2)).toEqual([1, 9]);
  });

  it("RAID10 takes turns between pairs", async () => {
    const stripes: [number, number][] = [0, 4, 8, 12].map((at) => [1, at * stripe]);
    const chunk = parseChunk(logical, chunkItem(0x40, stripes, 2), 1);
    expect(mapOf(chunk).copies(logical)).toBe(2);
    expect(await pieces(chunk, 0, 4 * stripe)).toEqual([0, 8, 1, 9]);
    expect(await pieces(chunk, 0, 4 * stripe, 1)).toEqual([4, 12, 5, 13]);
  });

  it("on another disk are asked for in words", async () => {
    const chunk = parseChunk(
      logical,
      chunkItem(0x10, [
        [2, 0],
        [1, stripe],
      ]),
      1,
    );
    await expect(pieces(chunk, 0, 1)).rejects.toThrow("another disk");
    expect(await pieces(chunk, 0, 1, 1)).toEqual([1]);
  });

  it("that are nowhere, past the end, overlapping, too short or of RAID5 are refused", async () => {
    const chunk = parseChunk(logical, chunkItem(0, [[1, 14 * stripe]]), 1);
    await expect(mapOf(chunk).read(logical - 1, 1, 0)).rejects.toThrow("nothing lies");
    await expect(mapOf(chunk).read(logical + 4 * stripe, 1, 0)).rejects.toThrow("nothing lies");
    const inside = parseChunk(logical, chunkItem(0, [[1, 0]]), 1);
    await expect(mapOf(inside).read(logical + 4 * stripe - 1, 2, 0)).rejects.toThrow("nothing lies");
    await expect(mapOf(chunk).read(logical, 4 * stripe, 0)).rejects.toThrow("past the end");
    for (const at of [logical - stripe, logical + 3 * stripe])
      expect(() => mapOf(chunk).add({ ...chunk, logical: at })).toThrow("two chunks");
    expect(() => parseChunk(0, chunkItem(0, []), 1)).toThrow("stripes");
    expect(() => parseChunk(0, chunkItem(0, [[1, 0]]).subarray(0, 79), 1)).toThrow("stripes");
    const raid5 = parseChunk(logical, chunkItem(0x80, [[1, 0]]), 1);
    await expect(pieces(raid5, 0, 1)).rejects.toThrow("raid56");
  });

  it("of the superblock end at what is no chunk", () => {
    const key = Buffer.alloc(17);
    key.writeBigUInt64LE(256n, 0);
    key.writeUInt8(228, 8);
    key.writeBigUInt64LE(BigInt(logical), 9);
    const one = Buffer.concat([key, chunkItem(0x2, [[1, stripe]])]);
    expect(parseSystemChunks(one, 1)).toMatchObject([{ logical, stripes: [stripe] }]);
    expect(parseSystemChunks(Buffer.concat([one, Buffer.alloc(200)]), 1)).toHaveLength(1);
    expect(parseSystemChunks(one.subarray(0, 60), 1)).toEqual([]);
  });
});

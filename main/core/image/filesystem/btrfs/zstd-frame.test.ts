import { constants, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { zstdFrameBytes } from "./zstd-frame.ts";

describe("the length of a zstd frame", () => {
  it("is told whatever is in it and behind it", () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(300_000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
      fc.uint8Array({ minLength: 10, maxLength: 50 }).map((some) => Buffer.concat(Array(5000).fill(some))),
    );
    fc.assert(
      fc.property(content, fc.boolean(), fc.boolean(), fc.nat(4096), (bytes, sum, size, padding) => {
        const params = {
          [constants.ZSTD_c_checksumFlag]: sum ? 1 : 0,
          [constants.ZSTD_c_contentSizeFlag]: size ? 1 : 0,
        };
        const frame = zstdCompressSync(bytes, { params });
        return zstdFrameBytes(Buffer.concat([frame, Buffer.alloc(padding)])) === frame.length;
      }),
      { numRuns: 60 },
    );
  });

  it("is all there is where it is damaged", () => {
    expect(zstdFrameBytes(Buffer.alloc(100))).toBe(100);
    const frame = zstdCompressSync(Buffer.alloc(1000, 7));
    for (let length = 0; length < frame.length; length++)
      expect(zstdFrameBytes(frame.subarray(0, length))).toBe(length);
  });
});

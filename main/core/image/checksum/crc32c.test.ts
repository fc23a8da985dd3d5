import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.ts";

/** One bit at a time, as the polynomial is defined. */
function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f6_3b78;
  }
  return ~crc >>> 0;
}

describe("crc32c", () => {
  it("agrees with RFC 3720 B.4", () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a91_36aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8_ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_v, i) => i)))).toBe(0x46dd_794e);
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe306_9283);
    expect(crc32c(Buffer.alloc(0))).toBe(0);
  });

  it("agrees with the definition at every length and alignment, and goes on from a seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const odd = Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
        const expected = bitByBit(bytes);
        return (
          crc32c(odd) === expected && crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut))) === expected
        );
      }),
    );
  });
});

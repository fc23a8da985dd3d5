import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { xxhash64 } from "./xxhash64.ts";

const hex = (bytes: Uint8Array): string => {
  const { high, low } = xxhash64(bytes);
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
};

const mask = (1n << 64n) - 1n;
const [p1, p2, p3, p4, p5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & mask;
const round = (accumulator: bigint, input: bigint): bigint =>
  (rotate((accumulator + input * p2) & mask, 31n) * p1) & mask;

/** The algorithm's description, step by step. */
function withBigInt(bytes: Buffer): string {
  let at = 0;
  let hash = p5;
  if (bytes.length >= 32) {
    const lanes = [(p1 + p2) & mask, p2, 0n, -p1 & mask];
    for (; at + 32 <= bytes.length; at += 32) {
      const start = at;
      lanes.forEach((value, i) => (lanes[i] = round(value, bytes.readBigUInt64LE(start + 8 * i))));
    }
    hash = lanes.reduce((sum, value, i) => sum + rotate(value, [1n, 7n, 12n, 18n][i] ?? 0n), 0n) & mask;
    for (const value of lanes) hash = ((hash ^ round(0n, value)) * p1 + p4) & mask;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8)
    hash = (rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * p1 + p4) & mask;
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((BigInt(bytes.readUInt32LE(at)) * p1) & mask), 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++)
    hash = (rotate(hash ^ ((BigInt(bytes.readUInt8(at)) * p5) & mask), 11n) * p1) & mask;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return (hash ^ (hash >> 32n)).toString(16).padStart(16, "0");
}

describe("xxhash64", () => {
  it("gives the published value of nothing and of abc", () => {
    expect(hex(Buffer.alloc(0))).toBe("ef46db3751d8e999");
    expect(hex(Buffer.from("abc"))).toBe("44bc2cf5ad770999");
  });

  it("agrees with 64-bit arithmetic at every length", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 150 }),
        (bytes) => hex(bytes) === withBigInt(Buffer.from(bytes)),
      ),
      { numRuns: 300 },
    );
  });
});

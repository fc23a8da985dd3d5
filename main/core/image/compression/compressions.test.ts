import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { compressionOf } from "./compressions.ts";
import { Crc64 } from "./crc64.ts";

/** `Goldsmith ` 40 times, by xz, xz --format=lzma, bzip2, lz4, lz4 -l and lzop. */
const packed = {
  xz: "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AGPABNdACObyYZY436rI9x9gJ/rbxdMAAAAAFVGK+6pqXnMAAEvkAMAAADA6xz2scRn+wIAAAAABFla",
  lzma: "XQAAgAD//////////wAjm8mGWON+qyPcfYCf629OjaP//+YFgAA=",
  bzip2: "QlpoOTFBWSZTWbEkksIAACeVgEAAAIAEZowAIABQgBgFKoNM1PBOhNCYJsTgmCbE4Jgn4u5IpwoSFiSSWEA=",
  lz4: "BCJNGGRApxUAAACvR29sZHNtaXRoIAoA/29QbWl0aCAAAAAA38irsg==",
  legacyLz4: "AiFMGBUAAACvR29sZHNtaXRoIAoA/29QbWl0aCA=",
  lzo: "iUxaTwANChoKEEAgoAlAAQUDAAANAACBpGsBRb0AAAAAADVrBAMAAAGQAAAAJveCl7kHR29sZHNtaXRoICAAVCQAD2xkc21pdGggR29sZHNtaXRoIBEAAAAAAAA=",
};
const plain = Buffer.from("Goldsmith ".repeat(40));
const maxBytes = 1024 ** 2;

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpack(bytes: Buffer, pieceBytes = 16): Promise<Buffer> {
  const parts: Buffer[] = [];
  let total = 0;
  for await (const piece of compressionOf(bytes)?.unpack(inPieces(bytes, pieceBytes)) ?? []) {
    parts.push(Buffer.from(piece)); // it may be overwritten
    total += piece.length;
    if (total > maxBytes) break;
  }
  return Buffer.concat(parts);
}

const samples = {
  ...Object.fromEntries(Object.entries(packed).map(([name, text]) => [name, Buffer.from(text, "base64")])),
  gzip: gzipSync(plain),
  zstd: zstdCompressSync(plain),
};

describe("compressions", () => {
  it.each(Object.entries(samples))("unpacks %s in pieces of any size", async (_name, bytes) => {
    for (const size of [1, 7, bytes.length]) expect((await unpack(bytes, size)).equals(plain)).toBe(true);
  });

  it.each(Object.entries(samples))("ends with an answer or an error for damaged %s", async (_name, bytes) => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(bytes.length),
        async (list, end) => {
          const damaged = Buffer.from(bytes.subarray(0, list.length % 3 === 0 ? end : bytes.length));
          for (const { at, value } of list) if (at > 2 && at < damaged.length) damaged[at] = value;
          try {
            expect((await unpack(damaged)).length).toBeLessThanOrEqual(2 * maxBytes);
          } catch (error) {
            if (!(error instanceof AppError) || error.code !== "image-unreadable") throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("takes several members and frames as one, and what is behind them as nothing", async () => {
    const gzip = Buffer.concat([samples.gzip, samples.gzip, Buffer.alloc(100)]);
    expect(await unpack(gzip)).toHaveLength(2 * plain.length);
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const zstd = Buffer.concat([samples.zstd, skippable, samples.zstd, Buffer.from("something else")]);
    expect(await unpack(zstd)).toHaveLength(2 * plain.length);
    await expect(unpack(samples.zstd.subarray(0, -1))).rejects.toThrow("ends too early");
  });

  it("refuses absurd windows", async () => {
    const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0]);
    await expect(unpack(zstd)).rejects.toThrow("too much memory");
    const lzma = Buffer.from([0x5d, 0, 0, 0, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0]);
    await expect(unpack(lzma)).rejects.toThrow("too much memory");
  });
});

describe("CRC-64", () => {
  it("is the one of xz, also over blocks of zeros", () => {
    const check = new Crc64();
    check.update(Buffer.from("123456789"));
    expect(check.digest().toString("hex")).toBe("fa3919dfbbc95d99");
    const odd = new Crc64();
    const block = new Crc64();
    const zeros = Buffer.alloc(3 * 65_536);
    for (const sum of [odd, block]) sum.update(Buffer.from("begin"));
    for (let at = 0; at < zeros.length; at += 1024) odd.update(zeros.subarray(at, at + 1024));
    block.update(zeros);
    expect(block.digest().equals(odd.digest())).toBe(true);
  });
});

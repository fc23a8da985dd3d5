import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { decompressLzo1x } from "./lzo1x.ts";

const text = Buffer.from(
  Array.from({ length: 12 }, (_v, i) => `line ${i} of a text that repeats itself\n`).join(""),
);
const phrase = Buffer.from("far away and unlike all the rest");
const far = Buffer.concat([phrase, Buffer.alloc(40_000, 1), phrase]);
const zeros = (count: number): string => "00".repeat(count);

/** Made by liblzo2 2.10: lzo1x_1 (what the kernel's compressor does) and lzo1x_999 (every kind of instruction). */
const samples: [string, Buffer, string][] = [
  ["nothing", Buffer.alloc(0), "110000"],
  ["fewer bytes than a match", Buffer.from("abc"), "14616263110000"],
  ["one byte over and over", Buffer.alloc(5000), `0200000000002${zeros(19)}06610000c${zeros(15)}110000`],
  [
    "text, lzo1x_1",
    text,
    "001a6c696e652030206f66206120746578742074686174207265706561747320697473656c660a6c696e6520312020029100" +
      "32200325013320039100342003910035200391003620039100372003910038200391003920039100312005c8052acc050002" +
      "74686174207265706561747320697473656c660a110000",
  ],
  [
    "text, lzo1x_999",
    text,
    "366c696e652030206f66206120746578742074686174207265706561747320697473656c660a910431200391003220039100" +
      "33200391003420039100352003910036200391003720039100382003910039200430052005c8053ecc05110000",
  ],
  [
    "a match from far back, lzo1x_1",
    far,
    `0010${phrase.toString("hex")}01012${zeros(156)}0b9040018038071000220756e6c696b6520616c6c207468652072657374110000`,
  ],
  [
    "a match from far back, lzo1x_999",
    far,
    `32${phrase.toString("hex")}012000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e600002000000000000000e60000200000000022000018178071110000`,
  ],
];

describe("LZO1X", () => {
  it.each(samples)("unpacks %s", (_name, expected, packed) => {
    expect(decompressLzo1x(Buffer.from(packed, "hex"), expected.length).equals(expected)).toBe(true);
    const cut = Buffer.from(packed.slice(0, -2), "hex");
    expect(() => decompressLzo1x(cut, expected.length)).toThrow("damaged");
    if (expected.length > 0)
      expect(() => decompressLzo1x(Buffer.from(packed, "hex"), expected.length - 1)).toThrow("damaged");
  });

  it("answers or refuses whatever it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(5000), (bytes, maxBytes) => {
        try {
          return decompressLzo1x(Buffer.from(bytes), maxBytes).length <= maxBytes;
        } catch (error) {
          return error instanceof AppError && error.code === "image-unreadable";
        }
      }),
      { numRuns: 2000 },
    );
  });
});

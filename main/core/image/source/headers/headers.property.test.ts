import fc from "fast-check";
import { describe, it } from "vitest";
import { identifyBytes } from "#core/image/identify-file.ts";
import { isoBytes, qcow2Bytes, vdiBytes, vhdBytes, vmdkBytes } from "#core/image/testing/image-headers.ts";
import { memoryFile } from "#core/image/testing/memory-file.ts";
import { AppError } from "#core/lib/app-error.ts";

const seeds = {
  qcow2: qcow2Bytes(),
  vmdk: vmdkBytes(),
  vhd: vhdBytes(),
  vdi: vdiBytes(),
  iso: isoBytes([0, 0xef]),
};

/** Places that matter: the header, and where tables begin. */
const change = fc.record({
  at: fc.oneof(fc.nat(511), fc.nat(4095), fc.nat(300_000)),
  bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.constant(new Uint8Array(8).fill(255))),
});

async function answersOrRefuses(bytes: Buffer, size: number): Promise<boolean> {
  try {
    const { virtualBytes } = await identifyBytes(memoryFile(bytes, size));
    return Number.isSafeInteger(virtualBytes) && virtualBytes > 0;
  } catch (error) {
    return error instanceof AppError && ["image-refused", "image-unreadable"].includes(error.code);
  }
}

describe("every header reader answers or refuses", () => {
  it.each(Object.entries(seeds))("%s, damaged and cut", async (_name, seed) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (changes, cut) => {
          const bytes = Buffer.from(seed);
          for (const { at, bytes: written } of changes)
            bytes.set(written.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length - 1));
          const size = cut < 0.5 ? bytes.length : Math.floor(bytes.length * cut);
          return answersOrRefuses(bytes.subarray(0, size), size);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("anything at all", async () => {
    const magic = fc.constantFrom("QFI\xfb\0\0\0\x03", "KDMV\x01\0\0\0", "vhdxfile", "conectix", "");
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 2000 }), async (start, rest) => {
        const bytes = Buffer.concat([Buffer.from(start, "latin1"), rest]);
        return answersOrRefuses(bytes, bytes.length);
      }),
      { numRuns: 500 },
    );
  });
});

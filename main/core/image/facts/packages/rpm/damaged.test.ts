import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { AppError } from "#core/lib/app-error.ts";
import { parseRpmHeader } from "./header.ts";
import { readRpm } from "./read-rpm.ts";

/** A header of a name, a version and a release; an epoch when it is given. */
function headerOf(name: string, epoch: number | null = null): Buffer {
  const strings = [name, "2.1", "3.el8"];
  const tags = [1000, 1001, 1002, ...(epoch === null ? [] : [1003])];
  const entries = Buffer.alloc(tags.length * 16);
  const parts: Buffer[] = [];
  let offset = 0;
  tags.forEach((tag, index) => {
    const data = tag === 1003 ? Buffer.alloc(4) : Buffer.from(`${strings[index] ?? ""}\0`);
    if (tag === 1003) data.writeUInt32BE(epoch ?? 0);
    entries.writeUInt32BE(tag, index * 16);
    entries.writeUInt32BE(tag === 1003 ? 4 : 6, index * 16 + 4);
    entries.writeUInt32BE(offset, index * 16 + 8);
    entries.writeUInt32BE(1, index * 16 + 12);
    parts.push(data);
    offset += data.length;
  });
  const head = Buffer.alloc(8);
  head.writeUInt32BE(tags.length, 0);
  head.writeUInt32BE(offset, 4);
  return Buffer.concat([head, entries, ...parts]);
}

function ndb(): Buffer {
  const file = Buffer.alloc(8192);
  file.write("RpmP");
  file.writeUInt32LE(1, 12);
  for (let at = 32; at < 4096; at += 16) file.write("Slot", at);
  [headerOf("a"), headerOf("b", 5)].forEach((blob, index) => {
    const at = 4096 + index * 1024;
    file.writeUInt32LE(index + 1, 36 + index * 16);
    file.writeUInt32LE(at / 16, 40 + index * 16);
    file.write("BlbS", at);
    file.writeUInt32LE(index + 1, at + 4);
    file.writeUInt32LE(blob.length, at + 12);
    blob.copy(file, at + 16);
  });
  return file;
}

/** One bucket on page 1 with a header beside its key, and one that begins on the overflow page 2. */
function berkeley(): Buffer {
  const file = Buffer.alloc(4 * 512);
  file.writeUInt32LE(0x0006_1561, 12);
  file.writeUInt32LE(512, 20);
  file.writeUInt8(8, 25);
  file.writeUInt32LE(1, 96);
  const page = file.subarray(512, 1024);
  page.writeUInt8(13, 25);
  const [inline, long] = [headerOf("a"), headerOf("b", 5)];
  let end = 512;
  const put = (index: number, item: Buffer): void => {
    end -= item.length;
    item.copy(page, end);
    page.writeUInt16LE(end, 26 + index * 2);
    page.writeUInt16LE(index + 1, 20);
  };
  put(0, Buffer.from([1, 1, 0, 0, 0]));
  put(1, Buffer.concat([Buffer.from([1]), inline]));
  put(2, Buffer.from([1, 2, 0, 0, 0]));
  put(3, Buffer.from([3, 0, 0, 0, 2, 0, 0, 0, long.length, 0, 0, 0]));
  const overflow = file.subarray(1024, 1536);
  overflow.writeUInt8(7, 25);
  overflow.writeUInt16LE(long.length, 22);
  long.copy(overflow, 26);
  return file;
}

describe.each([
  ["Packages.db", "ndb", ndb()],
  ["Packages", "bdb", berkeley()],
])("an rpm database %s", (name, database, bytes) => {
  const read = (content: Buffer): ReturnType<typeof readRpm> =>
    readRpm(createMemoryTree({ [`/var/lib/rpm/${name}`]: content }));

  it("is read when it is sound", async () => {
    const packages = await read(bytes);
    expect(packages?.facts).toEqual({ manager: "rpm", database, installedCount: 2 });
    expect(await packages?.versionOf("a")).toBe("2.1-3.el8");
    expect(await packages?.versionOf("b")).toBe("5:2.1-3.el8");
  });

  it("ends with an answer or a clear error when it is not", async () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom(0, 1, 2, 7, 13, 0x7f, 0xff));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.nat(bytes.length),
        async (changes, cut) => {
          const damaged = Buffer.from(bytes);
          // most fields that matter lie in the first half kilobyte of a page
          for (const [at, value] of changes) damaged.writeUInt8(value, value % 2 === 0 ? at : at % 600);
          try {
            const packages = await read(cut % 3 === 0 ? damaged.subarray(0, cut) : damaged);
            await packages?.versionOf("b");
          } catch (error) {
            if (error instanceof RangeError) return; // `attempt` tells it as damage
            expect(AppError.from(error).code).toBe("image-unreadable");
          }
        },
      ),
      { numRuns: 400, seed: 20261121 },
    );
  });
});

describe("parseRpmHeader", () => {
  it("asks for more, or for nothing, when the beginning does not reach", () => {
    const header = headerOf("name");
    expect(parseRpmHeader(header)?.name).toBe("name");
    for (let length = 0; length < header.length; length++) {
      expect(parseRpmHeader(header.subarray(0, length))).toBeNull();
    }
    expect(parseRpmHeader(Buffer.alloc(64, 0xff))).toBeNull();
  });
});

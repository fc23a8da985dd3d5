import { describe, expect, it } from "vitest";
import { parseDataBlock, parseShortForm, type XfsDirectoryEntry } from "./directory-records.ts";

const collect = (parse: (add: (entry: XfsDirectoryEntry) => void) => void): XfsDirectoryEntry[] => {
  const found: XfsDirectoryEntry[] = [];
  parse((entry) => found.push(entry));
  return found;
};

/** As mkdir leaves it on a filesystem above 1 TB: one number above 32 bits makes all of them 8 bytes long. */
const wide = Buffer.from(
  ["02", "01", "0000000000000080", "01", "0060", "61", "02", "0000000200400083"].join("") +
    ["02", "0070", "6262", "07", "0000000000000084"].join(""),
  "hex",
);

describe("parseShortForm", () => {
  it("reads numbers of 8 bytes", () => {
    expect(collect((add) => parseShortForm(wide, wide.length, true, add))).toEqual([
      { name: "a", kind: "directory", inode: 0x2_0040_0083 },
      { name: "bb", kind: "symlink", inode: 0x84 },
    ]);
  });

  it("refuses a folder that ends before its last name", () => {
    for (let sizeBytes = 0; sizeBytes < wide.length; sizeBytes++) {
      expect(() => collect((add) => parseShortForm(wide, sizeBytes, true, add)), `${sizeBytes}`).toThrow(
        "a folder is cut off",
      );
    }
  });
});

describe("parseDataBlock", () => {
  const block = Buffer.alloc(128);
  block.writeUInt32BE(0x5844_3244, 0);
  block.writeBigUInt64BE(77n, 16);
  block.writeUInt8(3, 24);
  block.write("abc", 25);
  block.writeUInt16BE(16, 30);
  block.writeUInt16BE(0xffff, 32);
  block.writeUInt16BE(96, 34);

  it("reads names and steps over free space", () => {
    expect(collect((add) => parseDataBlock(block, false, false, add))).toEqual([
      { name: "abc", kind: "unknown", inode: 77 },
    ]);
  });

  it("refuses free space that leads nowhere or past the end", () => {
    for (const freeBytes of [0, 4, 12, 104, 0xfff8]) {
      const bad = Buffer.from(block);
      bad.writeUInt16BE(freeBytes, 34);
      expect(() => collect((add) => parseDataBlock(bad, false, false, add))).toThrow("out of step");
    }
  });
});

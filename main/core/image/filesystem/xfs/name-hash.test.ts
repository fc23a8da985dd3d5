import { describe, expect, it } from "vitest";
import { nameHash } from "./name-hash.ts";

describe("nameHash", () => {
  it.each([
    ["a", 0x61],
    ["ab", 0x30e2],
    ["abc", 0x18_7163],
    ["abcd", 0xc3_8b1e4],
    ["os-release", 0x3fe3_b2fc],
    ["a-name-in-a-really-large-folder-1999", 0xd99e_c8d0],
  ])("of %s is what xfs_db says", (name, hash) => {
    expect(nameHash(Buffer.from(name))).toBe(hash);
  });
});

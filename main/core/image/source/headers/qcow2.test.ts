import { describe, expect, it } from "vitest";
import { identifyBytes } from "#core/image/identify-file.ts";
import { qcow2Bytes, type Qcow2Options } from "#core/image/testing/image-headers.ts";
import { memoryFile } from "#core/image/testing/memory-file.ts";

const identify = (options: Qcow2Options, size?: number) =>
  identifyBytes(memoryFile(qcow2Bytes(options), size));
const GiB = 1n << 30n;

describe("qcow2 headers", () => {
  it("reads a sound one", async () => {
    expect(await identify({})).toMatchObject({
      format: "qcow2",
      virtualBytes: 2 ** 29,
      allocatedBytes: 65536,
      compressedClusters: "none",
    });
    expect(await identify({ version: 2 })).toMatchObject({
      format: "qcow2",
      variant: "qcow2 v2, 64 KiB clusters",
    });
  });

  it.each<[string, Qcow2Options, RegExp]>([
    ["a backing file", { backingFile: "/etc/passwd" }, /layer over another file: “\/etc\/passwd”/],
    ["a backing file in version 2", { version: 2, backingFile: "json:{}" }, /layer over another file/],
    ["an external data file", { incompatible: 4n }, /keeps its data in another file/],
    [
      "a data file named only by an extension",
      { extension: { type: 0x44415441, data: Buffer.from("/etc/shadow") } },
      /“\/etc\/shadow”/,
    ],
    ["encryption", { crypt: 2 }, /encrypted/],
    ["an encryption header", { extension: { type: 0x0537be77, data: Buffer.alloc(16) } }, /encrypted/],
    ["an unknown feature", { incompatible: 1n << 5n }, /features that are not known here: bit 5/],
    ["an unknown feature in the upper half", { incompatible: 1n << 40n }, /bit 40/],
    ["an absurd disk", { virtualBytes: 1n << 50n }, /claims a disk of 1,048,576 GiB/],
    ["an absurd L1 table", { l1Entries: 0x1000_0000 }, /absurd L1 table/],
    ["impossible clusters", { clusterBits: 60 }, /impossible size/],
    ["an absurd refcount table", { refcountClusters: 0xffff }, /absurd refcount table/],
    ["too many snapshots", { snapshots: 70_000 }, /70000 snapshots/],
  ])("refuses %s", async (_name, options, message) => {
    await expect(identify(options)).rejects.toMatchObject({
      code: "image-refused",
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, Qcow2Options, number | undefined, RegExp]>([
    ["an unknown version", { version: 4 }, undefined, /unknown version 4/],
    ["the mark of corruption", { incompatible: 2n }, undefined, /marked as corrupt/],
    ["an L1 table too small", { virtualBytes: 4n * GiB }, undefined, /too small/],
    ["an L1 table past the end", { l1Offset: 1n << 40n }, undefined, /truncated: its L1 table/],
    ["an L1 table between clusters", { l1Offset: 131_080n }, undefined, /misplaced L1 table/],
    [
      "data past the end",
      { firstCluster: (1n << 63n) | (1n << 40n) },
      undefined,
      /truncated: data lies past/,
    ],
    [
      "compressed data past the end",
      { firstCluster: (1n << 62n) | (1n << 40n) },
      undefined,
      /truncated: compressed data/,
    ],
    ["a missing last cluster", {}, 4 * 65536 + 512, /truncated: data lies past/],
    ["a missing L2 table", {}, 3 * 65536, /truncated: an L2 table/],
    ["a header cut off", {}, 60, /header is cut off/],
  ])("calls %s unreadable", async (_name, options, size, message) => {
    await expect(identify(options, size)).rejects.toMatchObject({
      code: "image-unreadable",
      message: expect.stringMatching(message),
    });
  });

  it("takes zlib where the header is too short to name a compression", async () => {
    expect(await identify({ incompatible: 8n, firstCluster: 1n << 62n })).toMatchObject({
      compressedClusters: "zlib",
    });
  });

  it("notes a dirty image and reads it", async () => {
    expect((await identify({ incompatible: 1n })).notes).toEqual([
      "The qcow2 file was not closed cleanly (dirty).",
    ]);
  });

  it("shows the name of a backing file without control characters", async () => {
    await expect(identify({ backingFile: "a\u001b[2Jb" })).rejects.toThrow("“a [2Jb”");
  });
});

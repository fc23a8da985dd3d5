import { describe, expect, it } from "vitest";
import { identifyBytes } from "#core/image/identify-file.ts";
import {
  isoBytes,
  vdiBytes,
  vhdBytes,
  vmdkBytes,
  type VmdkOptions,
} from "#core/image/testing/image-headers.ts";
import { memoryFile } from "#core/image/testing/memory-file.ts";

const identify = (bytes: Buffer, size?: number) => identifyBytes(memoryFile(bytes, size));
const refusedWith = (message: RegExp) => ({ code: "image-refused", message: expect.stringMatching(message) });
const unreadableWith = (message: RegExp) => ({
  code: "image-unreadable",
  message: expect.stringMatching(message),
});

describe("VMDK", () => {
  it("reads monolithicSparse", async () => {
    expect(await identify(vmdkBytes())).toMatchObject({
      format: "vmdk",
      virtualBytes: 8 * 1024 ** 2,
      allocatedBytes: 65536,
    });
  });

  it.each<[string, VmdkOptions, RegExp]>([
    [
      "an extent beside it",
      { createType: "monolithicFlat", extents: ['RW 16384 FLAT "disk-flat.vmdk" 0'] },
      /monolithicFlat/,
    ],
    ["two extents", { extents: ['RW 1 SPARSE "a.vmdk"', 'RW 1 SPARSE "/etc/passwd"'] }, /names other files/],
    ["an extent elsewhere", { extents: ['RW 16384 SPARSE "../../etc/passwd"'] }, /names other files/],
    ["an extent of another kind", { extents: ['RW 16384 FLAT "/etc/passwd" 0'] }, /names other files/],
    ["a parent", { parent: "12345678" }, /layer over another VMDK/],
    [
      "capacity 0, which makes QEMU follow the descriptor",
      { capacitySectors: 0n },
      /keeps its data in other files/,
    ],
    ["an absurd disk", { capacitySectors: 1n << 60n }, /claims a disk/],
    ["an absurd grain table", { grainsPerTable: 0x7fff_ffff }, /absurd VMDK grain table/],
  ])("refuses %s", async (_name, options, message) => {
    await expect(identify(vmdkBytes(options))).rejects.toMatchObject(refusedWith(message));
  });

  it("refuses a text descriptor and an ESX extent", async () => {
    const text = Buffer.from('# Disk DescriptorFile\nversion=1\nRW 1 FLAT "/etc/passwd" 0\n'.padEnd(1024));
    await expect(identify(text)).rejects.toMatchObject(refusedWith(/keeps its data in other files/));
    const cowd = Buffer.alloc(4096);
    cowd.write("COWD");
    await expect(identify(cowd)).rejects.toMatchObject(refusedWith(/keeps its data in other files/));
  });

  it("tells a truncated one", async () => {
    const bytes = vmdkBytes();
    await expect(identify(bytes.subarray(0, 100 * 512))).rejects.toMatchObject(
      unreadableWith(/truncated: data/),
    );
    await expect(identify(bytes.subarray(0, 10_752))).rejects.toMatchObject(
      unreadableWith(/truncated: its grain directory/),
    );
  });
});

describe("VHD", () => {
  it("reads a dynamic one", async () => {
    expect(await identify(vhdBytes())).toMatchObject({
      format: "vhd",
      virtualBytes: 4194304,
      allocatedBytes: 0,
    });
  });
  it("refuses a differencing disk", async () => {
    await expect(identify(vhdBytes(4))).rejects.toMatchObject(refusedWith(/layer over another VHD/));
  });
  it("tells a missing footer and a wrong checksum", async () => {
    const bytes = vhdBytes();
    await expect(identify(bytes.subarray(0, bytes.length - 512))).rejects.toMatchObject(
      unreadableWith(/truncated: its VHD footer/),
    );
    bytes.writeUInt32BE(1, bytes.length - 4);
    await expect(identify(bytes)).rejects.toMatchObject(unreadableWith(/wrong checksum/));
  });
});

describe("VDI", () => {
  it("reads a dynamic one", async () => {
    expect(await identify(vdiBytes())).toMatchObject({
      format: "vdi",
      virtualBytes: 2 * 1024 ** 2,
      allocatedBytes: 1024 ** 2,
    });
  });
  it("refuses a layer", async () => {
    const linked = vdiBytes();
    linked.writeUInt8(7, 0x1b8);
    await expect(identify(linked)).rejects.toMatchObject(refusedWith(/layer over another VDI/));
  });
  it("tells a truncated one", async () => {
    await expect(identify(vdiBytes().subarray(0, 1024 ** 2 + 512))).rejects.toMatchObject(
      unreadableWith(/truncated: data/),
    );
  });
});

describe("ISO 9660", () => {
  it("reads the volume's size and tells a truncated one", async () => {
    expect(await identify(isoBytes())).toMatchObject({ format: "iso9660", virtualBytes: 40 * 2048 });
    await expect(identify(isoBytes().subarray(0, 39 * 2048))).rejects.toMatchObject(
      unreadableWith(/truncated: the ISO says/),
    );
  });
});

import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { TreeFile } from "#core/image/filesystem/file-tree.ts";
import { moduleName, readInitramfs } from "./read-initramfs.ts";

const pad4 = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

function cpio(files: Readonly<Record<string, number>>): Buffer {
  const entry = (name: string, size: number): Buffer => {
    const fields = [1, 0o100644, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
    return Buffer.concat([pad4(Buffer.from(header)), pad4(Buffer.alloc(size, 0x41))]);
  };
  return Buffer.concat([
    ...Object.entries(files).map(([name, size]) => entry(name, size)),
    entry("TRAILER!!!", 0),
  ]);
}

const fileOf = (bytes: Buffer, reads: number[] = []): TreeFile => ({
  sizeBytes: bytes.length,
  read: (offset, length) => {
    const piece = bytes.subarray(offset, offset + length);
    reads.push(piece.length);
    return Promise.resolve(piece);
  },
});

const module = (name: string): string => `usr/lib/modules/6.1.0/kernel/drivers/x/${name}`;
const wanted = new Set(["virtio_scsi", "virtio_net"]);
const main = cpio({
  "usr/bin/sh": 1000,
  [module("virtio_scsi.ko.xz")]: 300_000,
  [module("virtio-net.ko")]: 5,
  end: 1,
});
const microcode = Buffer.concat([
  cpio({ "kernel/x86/microcode/GenuineIntel.bin": 3_000_001 }),
  Buffer.alloc(508),
]);

describe("readInitramfs", () => {
  it.each([
    ["plain", main],
    ["gzip", gzipSync(main)],
    ["zstd", zstdCompressSync(main)],
    ["microcode, then gzip", Buffer.concat([microcode, gzipSync(main)])],
    [
      "two plain archives, then zstd",
      Buffer.concat([microcode, cpio({ kernel: 3 }), Buffer.alloc(512), zstdCompressSync(main)]),
    ],
    ["two archives inside one gzip", gzipSync(Buffer.concat([cpio({ early: 7 }), Buffer.alloc(256), main]))],
  ])("finds modules: %s", async (_name, bytes) => {
    const found = await readInitramfs(fileOf(bytes), wanted);
    expect(found.unreadable).toBeNull();
    expect([...(found.modules ?? [])].sort()).toEqual(["virtio_net", "virtio_scsi"]);
  });

  it("tells what is not there", async () => {
    const found = await readInitramfs(fileOf(gzipSync(cpio({ [module("virtio_blk.ko")]: 9 }))), wanted);
    expect(found).toEqual({ modules: new Set(), unreadable: null });
  });

  it("jumps over the content of plain archives", async () => {
    const reads: number[] = [];
    await readInitramfs(fileOf(Buffer.concat([microcode, cpio({})]), reads), wanted);
    expect(reads.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(300_000);
  });

  it("stops when all are found", async () => {
    const reads: number[] = [];
    const noise = Buffer.from(
      Array.from({ length: 8 * 1024 ** 2 }, (_v, i) => (i * 7919 + (i >> 7) * 104_729) & 0xff),
    );
    const bytes = gzipSync(Buffer.concat([main.subarray(0, -128), noise]), { level: 0 });
    await readInitramfs(fileOf(bytes, reads), wanted);
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(bytes.length / 2);
  });

  it.each([
    ["cut xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), "its xz data is damaged"],
    ["cut LZMA", Buffer.from([0x5d, 0, 0, 0, 1, 1]), "its lzma data is damaged"],
    ["nonsense", Buffer.from("this is no archive"), "its format is not known"],
    ["damaged gzip", gzipSync(main).fill(0x55, 200, 400), "its gzip data is damaged"],
    ["a damaged archive", Buffer.from("0707015".padEnd(200, "x")), "the archive in it is damaged"],
  ])("says why it cannot tell: %s", async (_name, bytes, reason) => {
    expect(await readInitramfs(fileOf(bytes), wanted)).toEqual({ modules: null, unreadable: reason });
  });

  it("knows modules by their file names", () => {
    expect(moduleName("kernel/drivers/net/virtio-net.ko.zst")).toBe("virtio_net");
    expect(moduleName("bin/virtio_net")).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import type { OsFacts } from "#contract/facts-system.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { peHeader } from "#core/image/testing/program-headers.ts";
import { volumeOf } from "#core/image/testing/volumes.ts";
import { guessForeignOs } from "./foreign-os.ts";
import type { Volume } from "./volume.ts";

const MiB = 1024 ** 2;
const guess = (
  volumes: readonly Volume[],
  efi: MemoryFiles | null = null,
  disk = Buffer.alloc(4 * MiB),
): Promise<OsFacts | null> =>
  guessForeignOs(memoryDevice(disk), volumes, efi === null ? [] : [createMemoryTree(efi)]);

const ntfs = volumeOf({ number: 1, type: "ntfs", startByte: MiB, typeId: "0x07", bootable: true });

describe("guessForeignOs", () => {
  it("knows Windows by its boot manager on the EFI system partition", async () => {
    const efi = { "/EFI/Microsoft/Boot/bootmgfw.efi": peHeader(0x8664) };
    expect(await guess([ntfs], efi)).toEqual({
      family: "windows",
      id: "windows",
      idLike: [],
      versionId: null,
      prettyName: "Windows",
      architecture: "x86_64",
    });
  });

  it("knows Windows by its boot sector or its partitions, and leaves a data disk alone", async () => {
    const disk = Buffer.alloc(4 * MiB);
    expect(await guess([ntfs], null, disk)).toBeNull();
    disk.write("BOOTMGR is missing", MiB + 0x180);
    expect(await guess([ntfs], null, disk)).toMatchObject({ family: "windows", architecture: null });
    const reserved = volumeOf({ number: 2, typeId: "e3c9e316-0b5c-4db8-817d-f92df00215ae" });
    expect(await guess([ntfs, reserved])).toMatchObject({ family: "windows" });
    expect(await guess([reserved])).toBeNull();
  });

  it.each([
    ["freebsd", "83bd6b9d-7f41-11dc-be0b-001560b84f0f"],
    ["freebsd", "516e7cba-6ecf-11d6-8ff8-00022d09712b"],
    ["freebsd", "0xa5"],
    ["openbsd", "0xa6"],
    ["netbsd", "0xa9"],
  ])("knows %s by partition type %s", async (id, typeId) => {
    const volumes = [volumeOf({ number: 1, typeId }), volumeOf({ number: 2, type: "zfs_member" })];
    expect(await guess(volumes)).toMatchObject({ family: "bsd", id });
  });

  it("knows a bare UFS", async () => {
    const disk = Buffer.alloc(MiB);
    disk.writeUInt32LE(0x1954_0119, 65536 + 1372);
    expect(await guess([], null, disk)).toMatchObject({ family: "bsd", id: "freebsd" });
  });

  it("takes an encrypted disk for Linux, and a filesystem without a system for nothing", async () => {
    expect(await guess([volumeOf({ number: 1, type: "crypto_LUKS" })])).toMatchObject({
      family: "linux",
      id: null,
    });
    expect(await guess([volumeOf({ number: 1, type: "vfat" })])).toBeNull();
    expect(await guess([])).toBeNull();
  });
});

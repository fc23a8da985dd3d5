import { describe, expect, it } from "vitest";
import type { BootFacts } from "#contract/facts-system.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { volumeOf } from "#core/image/testing/volumes.ts";
import type { Volume } from "#core/image/facts/volume.ts";
import { readBootEntries } from "./boot-entries.ts";
import { readBoot } from "./boot.ts";
import { consolesOf, rootSpecOf, valuesOf } from "./command-line.ts";

const MiB = 1024 ** 2;

/** A disk with texts at places; sectors that are named in `bootable` end in 55 AA. */
function diskOf(texts: Readonly<Record<number, string>>, bootable: readonly number[] = [0]): Buffer {
  const disk = Buffer.alloc(8 * MiB);
  for (const [at, text] of Object.entries(texts)) disk.write(text, Number(at), "latin1");
  for (const at of bootable) disk.writeUInt16LE(0xaa55, at + 510);
  return disk;
}

interface Given {
  disk?: Buffer;
  volumes?: readonly Volume[];
  files?: MemoryFiles;
  efi?: MemoryFiles;
  architecture?: string | null;
}

async function boot(given: Given, notes: string[] = []): Promise<BootFacts> {
  const tree = createMemoryTree(given.files ?? {});
  const efiTrees = given.efi === undefined ? [] : [createMemoryTree(given.efi)];
  const places = {
    disk: memoryDevice(given.disk ?? Buffer.alloc(MiB)),
    volumes: given.volumes ?? [],
    tree,
    efiTrees,
    architecture: given.architecture === undefined ? "x86_64" : given.architecture,
  };
  return readBoot(places, await readBootEntries(tree, efiTrees), notes);
}

describe("the BIOS' way", () => {
  const grub = diskOf({ 0x180: "GRUB \0Geom\0Hard Disk\0Read\0 Error\r\n" });
  const active = volumeOf({ number: 1, startByte: MiB, bootable: true });

  it("finds no code in an empty sector, nor without 55 AA", async () => {
    expect(await boot({})).toMatchObject({ biosBootCode: false, grubCore: false });
    const unmarked = diskOf({ 0x10: "code" }, []);
    expect(await boot({ disk: unmarked })).toMatchObject({ biosBootCode: false });
    const protective = diskOf({ 450: "\xee" });
    expect(await boot({ disk: protective })).toMatchObject({ biosBootCode: false });
  });

  it("follows GRUB's first sector to its core, in the gap or a BIOS boot partition", async () => {
    for (const sector of [1, 2048]) {
      const disk = Buffer.from(grub);
      disk.writeBigUInt64LE(BigInt(sector), 0x5c);
      expect(await boot({ disk })).toMatchObject({ biosBootCode: true, grubCore: false });
      disk.write("loading\0.", sector * 512 + 0x100);
      expect(await boot({ disk })).toMatchObject({ biosBootCode: true, grubCore: true });
    }
    const outside = Buffer.from(grub);
    outside.writeBigUInt64LE(2n ** 60n, 0x5c);
    expect(await boot({ disk: outside })).toMatchObject({ biosBootCode: true, grubCore: false });
    const legacy = Buffer.from(grub);
    legacy.writeUInt32LE(1, 0x44);
    legacy.write("Loading stage1.5", 512 + 8);
    expect(await boot({ disk: legacy })).toMatchObject({ grubCore: true });
  });

  it("passes on to the active partition: extlinux, GRUB", async () => {
    const chain = "Missing operating system.\r\n\0Operating system load error.\r\n";
    const extlinux = diskOf({ 0xa0: chain, [MiB + 3]: "EXTLINUX" }, [0, MiB]);
    const files = { "/boot/extlinux/ldlinux.sys": "", "/boot/extlinux/extlinux.conf": "" };
    expect(await boot({ disk: extlinux, volumes: [active], files })).toMatchObject({
      biosBootCode: true,
      extlinuxPath: "/boot/extlinux/ldlinux.sys",
    });
    // its files alone start nothing
    expect(await boot({ disk: extlinux, volumes: [], files })).toMatchObject({ extlinuxPath: null });
    const inPartition = diskOf({ 0xa0: chain, [MiB + 0x180]: "GRUB " }, [0, MiB]);
    inPartition.writeBigUInt64LE(2049n, MiB + 0x5c);
    inPartition.write("loading", MiB + 512);
    expect(await boot({ disk: inPartition, volumes: [active] })).toMatchObject({ grubCore: true });
  });

  it("names LILO", async () => {
    const notes: string[] = [];
    await boot({ disk: diskOf({ 0: "\xfa\xeb\x21\x01\xb4\x01LILO" }) }, notes);
    expect(notes).toEqual(["The disk boots with LILO."]);
  });
});

describe("UEFI's way", () => {
  const efi = {
    "/EFI/BOOT/BOOTX64.EFI": "MZ",
    "/EFI/BOOT/BOOTIA32.EFI": "MZ",
    "/EFI/BOOT/fbx64.efi": "MZ",
    "/EFI/debian/shimx64.efi": "MZ",
    "/EFI/debian/grub.cfg": "search.fs_uuid 1 root\n",
  };

  it("takes the file for the system's architecture", async () => {
    expect(await boot({ efi })).toMatchObject({
      efiRemovablePath: "EFI/BOOT/BOOTX64.EFI",
      efiPrograms: ["EFI/BOOT/BOOTIA32.EFI", "EFI/BOOT/fbx64.efi", "EFI/debian/shimx64.efi"],
    });
    expect((await boot({ efi, architecture: "aarch64" })).efiRemovablePath).toBeNull();
    expect((await boot({ efi, architecture: null })).efiRemovablePath).toBe("EFI/BOOT/BOOTX64.EFI");
  });

  it("tells a loader that only an entry in the firmware's memory starts", async () => {
    expect(await boot({ efi: { "/EFI/fedora/shimx64.efi": "MZ" } })).toMatchObject({
      efiRemovablePath: null,
      efiPrograms: ["EFI/fedora/shimx64.efi"],
    });
  });

  it("notes a stub that searches for a filesystem which is not in the image", async () => {
    const stub =
      "search.fs_uuid c1fbc91d-f2b4-4dbe-8113-76d48ea69553 root\nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n";
    const notesOf = async (volume: Volume): Promise<string[]> => {
      const notes: string[] = [];
      await boot({ efi: { ...efi, "/EFI/debian/grub.cfg": stub }, volumes: [volume] }, notes);
      return notes;
    };
    const [note, ...others] = await notesOf(volumeOf({ number: 1, type: "ext4", uuid: "7" }));
    expect(note).toMatch(
      /^\/EFI\/debian\/grub\.cfg .* UUID c1fbc91d-f2b4-4dbe-8113-76d48ea69553, which is not/,
    );
    expect(others).toEqual([]);
    const uuid = "C1FBC91D-f2b4-4dbe-8113-76d48ea69553";
    expect(await notesOf(volumeOf({ number: 1, type: "ext4", uuid }))).toEqual([]);
    expect(await notesOf(volumeOf({ number: 1, type: "crypto_LUKS" }))).toEqual([]);
  });
});

describe("the kernel command line", () => {
  const menu = (line: string): MemoryFiles => ({
    "/boot/grub/grub.cfg": `menuentry 'x' {\nlinux /vmlinuz ${line}\n}\n`,
  });

  it.each<[string, Partial<BootFacts>]>([
    ["root=UUID=1 ro quiet", { consoles: [], serialConsole: false, rootSpec: "UUID=1" }],
    [
      "root=/dev/vda1 console=tty0 console=ttyS0,115200n8",
      { consoles: ["tty0", "ttyS0"], serialConsole: true },
    ],
    ["console=ttyAMA0", { consoles: ["ttyAMA0"], serialConsole: true, rootSpec: null }],
    ["console=hvc0 console=tty1", { consoles: ["hvc0", "tty1"], serialConsole: true }],
    ["console=tty1 xconsole=ttyS0", { consoles: ["tty1"], serialConsole: false }],
    ["root=LABEL=a root=LABEL=b", { rootSpec: "LABEL=b" }],
  ])("%s", async (line, expected) => {
    expect(await boot({ files: menu(line) })).toMatchObject({
      ...expected,
      kernelCommandLine: line,
      commandLineFrom: { path: "/boot/grub/grub.cfg", line: 2 },
    });
  });

  it("is unknown without a menu", async () => {
    expect(await boot({})).toMatchObject({
      kernelCommandLine: null,
      commandLineFrom: null,
      consoles: [],
      serialConsole: null,
      rootSpec: null,
    });
  });

  it("notes arguments that the next menu will have and this one lacks", async () => {
    const settings = {
      "/etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"\nGRUB_CMDLINE_LINUX="net.ifnames=0"\n',
      "/etc/default/grub.d/50-cloud.cfg":
        'GRUB_CMDLINE_LINUX_DEFAULT="${GRUB_CMDLINE_LINUX_DEFAULT} console=ttyS0 ds=nocloud"\n',
    };
    const notes: string[] = [];
    await boot({ files: { ...menu("root=UUID=1 ro console=ttyS0"), ...settings } }, notes);
    expect(notes).toEqual([
      "/etc/default/grub.d/50-cloud.cfg has kernel arguments that the boot menu lacks: net.ifnames=0 ds=nocloud. They come into effect when the menu is made anew.",
    ]);
    const same: string[] = [];
    await boot(
      { files: { ...menu("root=UUID=1 ro console=ttyS0 net.ifnames=0 ds=nocloud"), ...settings } },
      same,
    );
    expect(same).toEqual([]);
    const installed: string[] = [];
    await boot(
      { files: { ...menu("root=UUID=1"), "/etc/kernel/cmdline": "root=UUID=1 rw selinux=0\n" } },
      installed,
    );
    expect(installed[0]).toMatch(/^\/etc\/kernel\/cmdline has .* lacks: selinux=0\. /);
  });

  it("keeps quoted arguments together", () => {
    expect(valuesOf('a="x y" b=1 a=z', "a")).toEqual(["x y", "z"]);
    expect(consolesOf("console= console=ttyS1")).toEqual(["ttyS1"]);
    expect(rootSpecOf("noroot=1")).toBeNull();
  });
});

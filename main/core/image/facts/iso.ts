import type { z } from "zod";
import type { IsoFactsSchema } from "#contract/facts.ts";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import { readBootCatalog } from "#core/image/filesystem/iso/el-torito.ts";
import { openIso } from "#core/image/filesystem/iso/iso-filesystem.ts";
import { isoLabel, readIsoVolume } from "#core/image/filesystem/iso/volume-descriptors.ts";
import { printable, unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { readPartitionTable } from "#core/image/volume/read-partition-table.ts";
import { attempt } from "./attempt.ts";

type IsoFacts = z.infer<typeof IsoFactsSchema>;

/** What an installer ISO is, from its boot catalogue, its volume name and the files every distribution has. */
export async function readIso(device: BlockDevice, notes: string[]): Promise<IsoFacts> {
  const volume = await readIsoVolume(device);
  if (volume === null) throw unreadable("The ISO has no primary volume descriptor");
  const sector = volume.bootCatalogSector;
  const entries = sector === null ? [] : await readBootCatalog(device, sector);
  const boots = (platform: "bios" | "uefi"): boolean =>
    entries.some((entry) => entry.platform === platform && entry.bootable && entry.present);
  if (entries.some((entry) => entry.bootable && !entry.present)) {
    notes.push("A boot image that the ISO names lies past the end of the file.");
  }
  const tree = createFileTree([{ path: "/", filesystem: await openIso(device, volume) }]);
  const volumeId = printable(isoLabel(volume) ?? "", 64);
  return {
    volumeId,
    bootBios: boots("bios"),
    bootUefi: boots("uefi"),
    hybrid: (await attempt(notes, "The ISO's partition table", () => readPartitionTable(device))) !== null,
    architecture: await attempt(notes, "The ISO's architecture", () => guessArchitecture(tree, volumeId)),
    osGuess: await attempt(notes, "The ISO's operating system", () => guessOs(tree, volumeId)),
  };
}

const efiPrograms: readonly (readonly [string, string])[] = [
  ["/EFI/BOOT/BOOTX64.EFI", "x86_64"],
  ["/EFI/BOOT/BOOTAA64.EFI", "aarch64"],
  ["/EFI/BOOT/BOOTRISCV64.EFI", "riscv64"],
];
const kernels = [
  "/install.amd/vmlinuz",
  "/casper/vmlinuz",
  "/images/pxeboot/vmlinuz",
  "/boot/vmlinuz",
  "/live/vmlinuz",
  "/boot/vmlinuz-virt",
  "/boot/vmlinuz-lts",
];

async function guessArchitecture(tree: FileTree, volumeId: string): Promise<string | null> {
  const named = /(?:^|[^a-z0-9])(amd64|x86[_-]64|arm64|aarch64|i386|riscv64)(?:[^a-z0-9]|$)/i
    .exec(volumeId)?.[1]
    ?.toLowerCase();
  if (named !== undefined) return { amd64: "x86_64", "x86-64": "x86_64", arm64: "aarch64" }[named] ?? named;
  for (const [path, architecture] of efiPrograms) if ((await tree.stat(path)) !== null) return architecture;
  for (const path of kernels) {
    const file = await tree.openFile(path);
    if (file === null) continue;
    const head = await file.read(0, 0x240);
    // Documentation/arch/x86/boot.rst: xloadflags bit 0 = a 64-bit entry point
    if (head.length < 0x240 || head.toString("latin1", 0x202, 0x206) !== "HdrS") continue;
    return (head.readUInt16LE(0x236) & 1) === 1 ? "x86_64" : "i386";
  }
  return null;
}

/** Debian and Ubuntu write .disk/info, Fedora and Red Hat .treeinfo; others are known by their files. */
async function guessOs(tree: FileTree, volumeId: string): Promise<string | null> {
  const info =
    (await tree.stat("/.disk/info"))?.kind === "file" ? await tree.readText("/.disk/info", 4096) : null;
  if (info !== null && info.trim() !== "") return printable(info, 100);
  const treeInfo =
    (await tree.stat("/.treeinfo"))?.kind === "file" ? await tree.readText("/.treeinfo", 65536) : null;
  const family = /^family\s*=\s*(.+)$/m.exec(treeInfo ?? "")?.[1];
  const version = /^version\s*=\s*(.+)$/m.exec(treeInfo ?? "")?.[1];
  if (family !== undefined) return printable(`${family} ${version ?? ""}`, 100);
  const alpine =
    (await tree.stat("/.alpine-release"))?.kind === "file"
      ? await tree.readText("/.alpine-release", 4096)
      : null;
  if (alpine !== null) return printable(`Alpine Linux ${alpine}`, 100);
  if ((await tree.stat("/sources/install.wim")) !== null || (await tree.stat("/sources/boot.wim")) !== null)
    return "Windows";
  if ((await tree.stat("/arch")) !== null) return "Arch Linux";
  if ((await tree.stat("/boot/kernel/kernel")) !== null) return "FreeBSD";
  return volumeId === "" ? null : volumeId;
}

import type { z } from "zod";
import type { BootFactsSchema } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { u64le } from "#core/image/source/binary.ts";
import type { BootEntry } from "./boot-entries.ts";

type BootFacts = z.infer<typeof BootFactsSchema>;

/** UEFI specification 3.5.1.1: the file a firmware starts from a disk it has never seen. */
const removablePaths = [
  "EFI/BOOT/BOOTX64.EFI",
  "EFI/BOOT/BOOTAA64.EFI",
  "EFI/BOOT/BOOTIA32.EFI",
  "EFI/BOOT/BOOTRISCV64.EFI",
];

/** `efiTrees`: the FAT partitions that can be an EFI system partition. */
export async function readBoot(
  disk: BlockDevice,
  efiTrees: readonly FileTree[],
  entries: readonly BootEntry[],
): Promise<BootFacts> {
  const sector = await readUpTo(disk, 0, 512);
  const biosBootCode = sector.length === 512 && hasBootCode(sector);
  const commandLine = entries[0]?.commandLine.text ?? null;
  return {
    biosBootCode,
    grubCore: biosBootCode && (await hasGrubCore(disk, sector)),
    efiRemovablePath: await findRemovablePath(efiTrees),
    kernelCommandLine: commandLine,
    serialConsole: commandLine === null ? null : /(?:^|\s)console=(?:ttyS|ttyAMA|hvc)\d/.test(commandLine),
    rootSpec: commandLine === null ? null : (/(?:^|\s)root=(\S+)/.exec(commandLine)?.[1] ?? null),
  };
}

/** The first 440 bytes are code; GPT's protective MBR has none there. 55 AA makes the BIOS start it. */
const hasBootCode = (sector: Buffer): boolean =>
  sector.readUInt16LE(510) === 0xaa55 && sector.subarray(0, 440).some((byte) => byte !== 0);

/** GRUB's boot.img names the sector of core.img at 0x5c; its first sector says "loading". */
async function hasGrubCore(disk: BlockDevice, sector: Buffer): Promise<boolean> {
  if (!isGrub(sector)) return false;
  const at = u64le(sector, 0x5c) * 512;
  if (!Number.isSafeInteger(at) || at <= 0 || at + 512 > disk.sizeBytes) return false;
  return (await disk.read(at, 512)).includes("loading");
}

const isGrub = (sector: Buffer): boolean => sector.includes("GRUB");

async function findRemovablePath(trees: readonly FileTree[]): Promise<string | null> {
  for (const tree of trees) {
    for (const path of removablePaths) {
      if ((await tree.stat(`/${path}`))?.kind === "file") return path;
    }
  }
  return null;
}

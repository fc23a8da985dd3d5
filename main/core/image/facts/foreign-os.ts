import type { OsFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readUpTo, slice, type BlockDevice } from "#core/image/source/block-device.ts";
import { architectureOfPe, kernelHeadBytes } from "./architecture.ts";
import type { Volume } from "./volume.ts";

/** GPT types (UEFI specification; sys/gpt.h of each system) and MBR types of the BSDs. */
const bsdTypes: Readonly<Record<string, string>> = {
  "83bd6b9d-7f41-11dc-be0b-001560b84f0f": "freebsd",
  "516e7cb4-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "516e7cb5-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "516e7cb6-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "516e7cba-6ecf-11d6-8ff8-00022d09712b": "freebsd",
  "824cc7a0-36a8-11e3-890a-952519ad3f61": "openbsd",
  "49f48d5a-b10e-11dc-b99b-0019d1879648": "netbsd",
  "0xa5": "freebsd",
  "0xa6": "openbsd",
  "0xa9": "netbsd",
};
const microsoftReserved = "e3c9e316-0b5c-4db8-817d-f92df00215ae";
const windowsRecovery = "de94bba4-06d1-4d40-a16a-bfd50179d6ac";
const prettyNames: Readonly<Record<string, string>> = {
  freebsd: "FreeBSD",
  openbsd: "OpenBSD",
  netbsd: "NetBSD",
  windows: "Windows",
};
const ufsMagic = 0x1954_0119;
const ufs1Magic = 0x0001_1954;

/**
 * The operating system of a disk whose root filesystem is not read here, by what lies around it: Windows by its
 * boot files and boot code, BSDs by their partitions. null when nothing tells.
 */
export async function guessForeignOs(
  disk: BlockDevice,
  volumes: readonly Volume[],
  efiTrees: readonly FileTree[],
): Promise<OsFacts | null> {
  const architecture = await architectureOfBootFiles(efiTrees);
  const known = (family: OsFacts["family"], id: string | null): OsFacts => ({
    family,
    id,
    idLike: [],
    versionId: null,
    prettyName: id === null ? null : (prettyNames[id] ?? null),
    architecture,
  });
  if (await isWindows(disk, volumes, efiTrees)) return known("windows", "windows");
  const bsd = await bsdId(disk, volumes, efiTrees);
  if (bsd !== null) return known("bsd", bsd);
  return volumes.some(isClosedLinux) ? known("linux", null) : null;
}

/** Volumes that Linux only makes, and that may hold a root which cannot be looked into. */
const isClosedLinux = ({ found }: Volume): boolean =>
  found !== null &&
  found.open === null &&
  ["crypto_LUKS", "linux_raid_member", "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs"].includes(found.type);

/** NTFS alone is a data disk. Windows boots through bootmgr, whose name its boot sector gives. */
async function isWindows(
  disk: BlockDevice,
  volumes: readonly Volume[],
  efiTrees: readonly FileTree[],
): Promise<boolean> {
  for (const tree of efiTrees) {
    if ((await tree.stat("/EFI/Microsoft/Boot/bootmgfw.efi")) !== null) return true;
  }
  const ntfs = volumes.filter(({ found }) => found?.type === "ntfs");
  if (ntfs.length === 0) return false;
  const isMicrosoftType = ({ partition }: Volume): boolean =>
    [microsoftReserved, windowsRecovery].includes(partition.typeId);
  if (volumes.some(isMicrosoftType)) return true;
  for (const { partition } of ntfs.filter((volume) => volume.partition.bootable)) {
    const code = await readUpTo(slice(disk, partition.startByte, partition.sizeBytes), 0, 16 * 512);
    if (code.includes("BOOTMGR") || code.includes("NTLDR") || code.includes(utf16("BOOTMGR"))) return true;
  }
  return false;
}

const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");

async function bsdId(
  disk: BlockDevice,
  volumes: readonly Volume[],
  efiTrees: readonly FileTree[],
): Promise<string | null> {
  for (const { partition } of volumes) {
    const id = bsdTypes[partition.typeId];
    if (id !== undefined) return id;
  }
  for (const tree of efiTrees) if ((await tree.stat("/EFI/freebsd/loader.efi")) !== null) return "freebsd";
  // UFS2's superblock at 64 KiB, UFS1's at 8 KiB, the magic at their end
  const whole = volumes.length === 0 ? await readUpTo(disk, 0, 68 * 1024) : Buffer.alloc(0);
  for (const [at, magic] of [
    [65536 + 1372, ufsMagic],
    [8192 + 1372, ufs1Magic],
  ] as const) {
    if (whole.length >= at + 4 && whole.readUInt32LE(at) === magic) return "freebsd";
  }
  return null;
}

async function architectureOfBootFiles(efiTrees: readonly FileTree[]): Promise<string | null> {
  const files = [
    "BOOT/BOOTX64.EFI",
    "BOOT/BOOTAA64.EFI",
    "Microsoft/Boot/bootmgfw.efi",
    "freebsd/loader.efi",
  ];
  for (const tree of efiTrees) {
    for (const name of files) {
      const file = await tree.openFile(`/EFI/${name}`);
      const found = file === null ? null : architectureOfPe(await file.read(0, kernelHeadBytes));
      if (found !== null) return found;
    }
  }
  return null;
}

import { readUpTo, slice, type BlockDevice } from "#core/image/source/block-device.ts";
import { u64le } from "#core/image/source/binary.ts";
import type { Partition } from "#core/image/volume/partition-table.ts";

/** What a PC's BIOS starts from a disk, by what the code in its first sectors says about itself. */
export interface BiosBoot {
  /** There is code, and the 55 AA that makes the BIOS start it. */
  readonly bootCode: boolean;
  /** GRUB's first sector is there and leads to its core. */
  readonly grubCore: boolean;
  readonly loader: "grub" | "lilo" | "syslinux" | "windows" | "freebsd" | null;
}

const nothing: BiosBoot = { bootCode: false, grubCore: false, loader: null };
const sectorBytes = 512;

/**
 * The master boot record, and the boot sector of the active partition when the former only passes on to it.
 * GPT's "legacy BIOS bootable" attribute is its active flag (syslinux' gptmbr).
 */
export async function readBiosBoot(disk: BlockDevice, partitions: readonly Partition[]): Promise<BiosBoot> {
  const sector = await readUpTo(disk, 0, sectorBytes);
  if (sector.length < sectorBytes || !hasBootCode(sector)) return nothing;
  const first = await identify(disk, sector);
  if (first.loader !== null && first.loader !== "windows") return first;
  const active = partitions.find((partition) => partition.bootable && partition.number > 0);
  if (active === undefined) return first;
  const device = slice(disk, active.startByte, active.sizeBytes);
  const bootSector = await readUpTo(device, 0, sectorBytes);
  if (bootSector.length < sectorBytes || bootSector.readUInt16LE(510) !== 0xaa55) return first;
  const second = await identify(disk, bootSector);
  return { ...second, loader: second.loader ?? first.loader };
}

/** The first 440 bytes are code; GPT's protective MBR has none there. */
const hasBootCode = (sector: Buffer): boolean =>
  sector.readUInt16LE(510) === 0xaa55 && sector.subarray(0, 440).some((byte) => byte !== 0);

async function identify(disk: BlockDevice, sector: Buffer): Promise<BiosBoot> {
  const says = (text: string): boolean => sector.includes(text);
  const known = (loader: BiosBoot["loader"]): BiosBoot => ({ bootCode: true, grubCore: false, loader });
  if (says("GRUB")) return { ...known("grub"), grubCore: await hasGrubCore(disk, sector) };
  if (sector.toString("latin1", 2, 6) === "LILO" || sector.toString("latin1", 6, 10) === "LILO") {
    return known("lilo");
  }
  const oem = sector.toString("latin1", 3, 11);
  if (oem === "EXTLINUX" || oem === "SYSLINUX") return known("syslinux");
  if (says("BOOTMGR") || says("NTLDR") || says("Error loading operating system")) return known("windows");
  if (says("BTX") || says("FreeBSD") || says("Boot loader too large")) return known("freebsd");
  return known(null);
}

/** boot.img names the first sector of core.img at 0x5c, GRUB legacy's stage 1 that of stage 2 at 0x44. */
async function hasGrubCore(disk: BlockDevice, sector: Buffer): Promise<boolean> {
  for (const first of [u64le(sector, 0x5c), sector.readUInt32LE(0x44)]) {
    const at = first * sectorBytes;
    if (!Number.isSafeInteger(at) || at <= 0 || at + sectorBytes > disk.sizeBytes) continue;
    // both say so while they load the rest of themselves
    if (/loading/i.test((await disk.read(at, sectorBytes)).toString("latin1"))) return true;
  }
  return false;
}

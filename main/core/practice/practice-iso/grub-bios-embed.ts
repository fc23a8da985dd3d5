/**
 * GRUB for BIOS without grub-bios-setup: the two images are patched so that they can be written with plain
 * block writes, boot.img to sector 0 and core.img to a fixed sector (BIOS boot partition or the gap behind
 * an MBR). Offsets: GRUB 2 include/grub/i386/pc/boot.h and diskboot.S.
 */
const sectorBytes = 512;
/** GRUB_BOOT_MACHINE_KERNEL_SECTOR: where boot.img finds the first sector of core.img. */
const kernelSectorOffset = 0x5c;
/** GRUB_BOOT_MACHINE_BOOT_DRIVE: 0xff means the drive that the BIOS names in DL. */
const bootDriveOffset = 0x64;
/** GRUB_BOOT_MACHINE_DRIVE_CHECK: a jump that is made a no-op for hard disks. */
const driveCheckOffset = 0x66;
/** Boot code ends where the disk signature and the partition table begin. */
export const bootCodeBytes = 440;
/** The only entry of diskboot.img's block list: 64-bit start, 16-bit length, 16-bit load segment. */
const blockListOffset = sectorBytes - 12;
/** Segment at which core.img's second sector is loaded (0x8200). */
const loadSegment = 0x0820;

/** The first 440 bytes of the disk. */
export function grubBootCode(bootImage: Uint8Array, coreSector: number): Uint8Array {
  const code = Buffer.from(bootImage.subarray(0, sectorBytes));
  code.writeBigUInt64LE(BigInt(coreSector), kernelSectorOffset);
  code.writeUInt8(0xff, bootDriveOffset);
  code.fill(0x90, driveCheckOffset, driveCheckOffset + 2);
  return code.subarray(0, bootCodeBytes);
}

/** core.img, to be written from `coreSector` on. */
export function grubCoreImage(coreImage: Uint8Array, coreSector: number): Uint8Array {
  const core = Buffer.alloc(Math.ceil(coreImage.length / sectorBytes) * sectorBytes);
  core.set(coreImage);
  core.writeBigUInt64LE(BigInt(coreSector + 1), blockListOffset);
  core.writeUInt16LE(core.length / sectorBytes - 1, blockListOffset + 8);
  core.writeUInt16LE(loadSegment, blockListOffset + 10);
  return core;
}

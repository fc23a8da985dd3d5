import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Processes } from "#ports/processes.ts";

/** Modules that a GRUB on an installer medium needs: read the medium, show a menu, start Linux. */
export const isoGrubModules = {
  common:
    "iso9660 part_gpt part_msdos normal linux echo test configfile search search_label serial terminal minicmd sleep".split(
      " ",
    ),
  bios: ["biosdisk"],
  efi: ["fat", "efi_gop"],
};

/** First words of a GRUB image on a medium: under UEFI it is started from another file system than the medium's. */
export const isoGrubStart = (volumeId: string): string =>
  `search --no-floppy --label ${volumeId} --set=root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n`;

export interface BootableIso {
  /** Folder whose content becomes the medium; GRUB reads /boot/grub/grub.cfg from it. */
  tree: string;
  /** A GRUB image of format i386-pc-eltorito. */
  biosImage: string;
  /** A GRUB image of format x86_64-efi, or null for a medium that only BIOS can boot. */
  efiImage: string | null;
  /** boot_hybrid.img of grub-pc-bin: makes the medium bootable from a stick as well; null: none. */
  hybridMbr: string | null;
  volumeId: string;
  target: string;
}

/** Writes an ISO that BIOS and UEFI boot from a drive (El Torito) and from a stick. Needs xorriso and mtools. */
export async function writeBootableIso(
  iso: BootableIso,
  processes: Processes,
  signal?: AbortSignal,
): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const folder = join(iso.tree, "boot/grub");
  await writeFile(join(folder, "bios.img"), await readFile(iso.biosImage));
  const efi = join(folder, "efi.img");
  if (iso.efiImage !== null) {
    await rm(efi, { force: true });
    // 2.88 MB, the largest floppy geometry: every firmware knows it.
    await processes.run(["mformat", "-C", "-f", "2880", "-L", "16", "-i", efi, "::"], options);
    await processes.run(["mmd", "-i", efi, "::/EFI", "::/EFI/BOOT"], options);
    await processes.run(["mcopy", "-i", efi, iso.efiImage, "::/EFI/BOOT/BOOTX64.EFI"], options);
  }
  await processes.run(isoArguments(iso), options);
}

/** The xorriso command line. Options as in xorrisofs(1); `--grub2-*` patch GRUB's own images. */
export const isoArguments = (iso: BootableIso): string[] =>
  [
    ["xorriso", "-as", "mkisofs", "-quiet", "-o", iso.target, "-V", iso.volumeId, "-R", "-J"],
    ["-b", "boot/grub/bios.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"],
    ["--grub2-boot-info", ...(iso.hybridMbr === null ? [] : ["--grub2-mbr", iso.hybridMbr])],
    iso.efiImage === null ? [] : ["--efi-boot", "boot/grub/efi.img", "-efi-boot-part", "--efi-boot-image"],
    ["--protective-msdos-label", iso.tree],
  ].flat();

import type { BlockDevice } from "#core/image/source/block-device.ts";
import { hfs, hfsplus } from "./apple.ts";
import { drbd, luks, luksBackup, lvm2, mdraid } from "./containers.ts";
import { filesystemTable } from "./filesystem-table.ts";
import { layerTable } from "./layer-table.ts";
import { f2fs, minix, nilfs2, squashfs, swap, xfsLog } from "./linux.ts";
import type { Head, Recogniser, Recognition } from "./signature.ts";
import { matchTable } from "./signature-table.ts";
import { udf } from "./udf.ts";
import { befs, ufs } from "./unix.ts";
import { vmfs } from "./vmware.ts";
import { bitlocker, exfat, ntfs } from "./windows.ts";
import { zfs } from "./zfs.ts";

const fromLayerTable: Recogniser = (head, device) => matchTable(layerTable, head, device.sizeBytes);
const fromFilesystemTable: Recogniser = (head, device) => matchTable(filesystemTable, head, device.sizeBytes);

/** Layers first: a RAID member or an encrypted disk can show the signature of what is inside it. */
export const layers: readonly Recogniser[] = [mdraid, drbd, lvm2, luks, bitlocker, fromLayerTable];

/** With a signature that is hardly met by chance. `swap` after those that leave the first pages alone. */
export const strong: readonly Recogniser[] = [
  f2fs,
  squashfs,
  ntfs,
  exfat,
  fromFilesystemTable,
  swap,
  hfsplus,
];

/** Before ISO 9660, because a disc can be both and libblkid names this one. */
export const beforeIso: readonly Recogniser[] = [udf];

/** Short signatures, and those that cost further reads: only asked when nothing else was found. */
export const last: readonly Recogniser[] = [hfs, befs, nilfs2, ufs, minix, zfs, vmfs, luksBackup, xfsLog];

/** The first that recognises something. A device may end within what a recogniser looks at: then it is not that. */
export async function firstOf(
  recognisers: readonly Recogniser[],
  head: Head,
  device: BlockDevice,
): Promise<Recognition | null> {
  for (const recogniser of recognisers) {
    try {
      const found = await recogniser(head, device);
      if (found !== null) return found;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

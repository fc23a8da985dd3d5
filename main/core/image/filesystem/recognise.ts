import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { openBtrfs } from "./btrfs/btrfs-filesystem.ts";
import { readBtrfsSuperblock } from "./btrfs/superblock.ts";
import { openExt } from "./ext/ext-filesystem.ts";
import { readExtSuperblock } from "./ext/superblock.ts";
import { parseFatBootSector } from "./fat/boot-sector.ts";
import { fatLabel } from "./fat/cluster-chain.ts";
import { openFat } from "./fat/fat-filesystem.ts";
import type { Filesystem } from "./filesystem.ts";
import { openIso } from "./iso/iso-filesystem.ts";
import { readIsoVolume } from "./iso/volume-descriptors.ts";
import { luks, lvm2, mdraid } from "./signatures/containers.ts";
import { f2fs, squashfs, swap } from "./signatures/linux.ts";
import { headBytes, type Recogniser, type Recognition } from "./signatures/signature.ts";
import { exfat, ntfs } from "./signatures/windows.ts";
import { zfs } from "./signatures/zfs.ts";
import { readXfsSuperblock } from "./xfs/superblock.ts";
import { openXfs } from "./xfs/xfs-filesystem.ts";

/** What lies on a device, and the way into it. */
export interface Found extends Recognition {
  /** Why our reader cannot look inside; null when it can. */
  readonly unreadable: string | null;
  readonly open: (() => Promise<Filesystem>) | null;
}

/** Layers first: a RAID member or an encrypted disk can show the signature of what is inside it. */
const layers: readonly Recogniser[] = [mdraid, lvm2, luks];
/** FAT comes after all that have a true signature; it has none. */
const strong: readonly Recogniser[] = [f2fs, squashfs, ntfs, exfat, swap];

/** Answers null for a device without any known signature. */
export async function recognise(device: BlockDevice): Promise<Found | null> {
  const head = await readUpTo(device, 0, headBytes);
  for (const recogniser of layers) {
    const found = await recogniser(head, device);
    if (found !== null) return closed(found);
  }
  const ext = await readExtSuperblock(device);
  if (ext !== null) {
    const { type, label, uuid, unreadable } = ext;
    return {
      type,
      label,
      uuid,
      unreadable,
      open: unreadable === null ? async () => openExt(device, ext) : null,
    };
  }
  const xfs = await recogniseXfs(device);
  if (xfs !== null) return xfs;
  const btrfs = await recogniseBtrfs(device);
  if (btrfs !== null) return btrfs;
  for (const recogniser of strong) {
    const found = await recogniser(head, device);
    if (found !== null) return closed(found);
  }
  return (await recogniseIso(device)) ?? (await recogniseFat(device, head)) ?? recogniseZfs(device, head);
}

const closed = (found: Recognition): Found => ({
  ...found,
  unreadable: `What is inside ${found.type} is not read yet`,
  open: null,
});

async function recogniseXfs(device: BlockDevice): Promise<Found | null> {
  const superblock = await readXfsSuperblock(device);
  if (superblock === null) return null;
  const { label, uuid, unreadable } = superblock;
  const open = unreadable === null ? async (): Promise<Filesystem> => openXfs(device, superblock) : null;
  return { type: "xfs", label, uuid, unreadable, open };
}

async function recogniseBtrfs(device: BlockDevice): Promise<Found | null> {
  const superblock = await readBtrfsSuperblock(device);
  if (superblock === null) return null;
  const { label, uuid, unreadable } = superblock;
  const open = unreadable === null ? (): Promise<Filesystem> => openBtrfs(device, superblock) : null;
  return { type: "btrfs", label, uuid, unreadable, open };
}

async function recogniseIso(device: BlockDevice): Promise<Found | null> {
  const volume = await readIsoVolume(device);
  if (volume === null) return null;
  const filesystem = await openIso(device, volume);
  const { type, label, uuid } = filesystem;
  return { type, label, uuid, unreadable: null, open: () => Promise.resolve(filesystem) };
}

async function recogniseFat(device: BlockDevice, head: Buffer): Promise<Found | null> {
  const layout = parseFatBootSector(head);
  if (layout === null) return null;
  const label = await fatLabel(device, layout);
  const open = async (): Promise<Filesystem> => openFat(device, layout, label);
  return { type: "vfat", label, uuid: layout.serial, unreadable: null, open };
}

async function recogniseZfs(device: BlockDevice, head: Buffer): Promise<Found | null> {
  const found = await zfs(head, device);
  return found === null ? null : closed(found);
}

import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { openBtrfs } from "./btrfs/btrfs-filesystem.ts";
import { readBtrfsSuperblock, type BtrfsSuperblock } from "./btrfs/superblock.ts";
import { openExt } from "./ext/ext-filesystem.ts";
import { readExtSuperblock } from "./ext/superblock.ts";
import { parseFatBootSector } from "./fat/boot-sector.ts";
import { fatLabel } from "./fat/cluster-chain.ts";
import { openFat } from "./fat/fat-filesystem.ts";
import type { Filesystem } from "./filesystem.ts";
import { openIso } from "./iso/iso-filesystem.ts";
import { readIsoVolume } from "./iso/volume-descriptors.ts";
import { diskRaid } from "./signatures/disk-raids.ts";
import { reasonFor } from "./signatures/reasons.ts";
import { beforeIso, firstOf, last, layers, strong } from "./signatures/recognisers.ts";
import { headBytes, type Recognition } from "./signatures/signature.ts";
import { readXfsSuperblock } from "./xfs/superblock.ts";
import { openXfs } from "./xfs/xfs-filesystem.ts";

/** What lies on a device, and the way into it. */
export interface Found extends Recognition {
  /** Why our reader cannot look inside; null when it can. */
  readonly unreadable: string | null;
  readonly open: (() => Promise<Filesystem>) | null;
}

/**
 * Answers null for a device without any known signature. `wholeDisk`: also look for what a mainboard's firmware
 * writes at the end of a disk.
 */
export async function recognise(
  device: BlockDevice,
  options: { wholeDisk?: boolean } = {},
): Promise<Found | null> {
  const head = await readUpTo(device, 0, headBytes);
  const raid = options.wholeDisk === true ? await diskRaid(device) : null;
  const layer = raid ?? (await firstOf(layers, head, device));
  if (layer !== null) return closed(layer);
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
  const btrfs = await readBtrfsSuperblock(device);
  if (btrfs?.isSound === true) return asBtrfs(device, btrfs);
  const named = await firstOf(strong, head, device);
  if (named !== null) return closed(named);
  const disc = await firstOf(beforeIso, head, device);
  const iso = await recogniseIso(device);
  if (disc !== null) return iso === null ? closed(disc) : { ...iso, ...disc };
  const opened = iso ?? (await recogniseFat(device, head));
  if (opened !== null) return opened;
  const other = await firstOf(last, head, device);
  if (other !== null) return closed(other);
  return btrfs === null ? null : asBtrfs(device, btrfs);
}

/** What LVM holds is read as logical volumes of their own (`volume/lvm`), so nothing is missing here. */
const readElsewhere = ["LVM2_member"];

const closed = (found: Recognition): Found => ({
  ...found,
  unreadable: readElsewhere.includes(found.type) ? null : (found.detail ?? reasonFor(found.type)),
  open: null,
});

async function recogniseXfs(device: BlockDevice): Promise<Found | null> {
  const superblock = await readXfsSuperblock(device);
  if (superblock === null) return null;
  const { label, uuid, unreadable } = superblock;
  const open = unreadable === null ? async (): Promise<Filesystem> => openXfs(device, superblock) : null;
  return { type: "xfs", label, uuid, unreadable, open };
}

function asBtrfs(device: BlockDevice, superblock: BtrfsSuperblock): Found {
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

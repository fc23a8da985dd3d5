import type { IsoFacts } from "#contract/facts.ts";
import { createFileTree } from "#core/image/filesystem/file-tree.ts";
import { readBootCatalog } from "#core/image/filesystem/iso/el-torito.ts";
import { openIso } from "#core/image/filesystem/iso/iso-filesystem.ts";
import { isoLabel, readIsoVolume } from "#core/image/filesystem/iso/volume-descriptors.ts";
import { printable, unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { readPartitionTable } from "#core/image/volume/read-partition-table.ts";
import { attempt } from "./attempt.ts";
import { readInstaller } from "./iso/installer.ts";
import { isoArchitecture } from "./iso/iso-architecture.ts";
import { readMedium } from "./iso/medium.ts";

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
  const isBootable = boots("bios") || boots("uefi");
  const [table, medium, installer] = await Promise.all([
    attempt(notes, "The ISO's partition table", () => readPartitionTable(device)),
    attempt(notes, "The ISO's operating system", () => readMedium(tree, volumeId)),
    attempt(notes, "The ISO's installer", () => readInstaller(tree, volumeId, isBootable)),
  ]);
  const hints = medium?.hints ?? [volumeId];
  return {
    volumeId,
    bootBios: boots("bios"),
    bootUefi: boots("uefi"),
    hybrid: table !== null,
    architecture: await attempt(notes, "The ISO's architecture", () => isoArchitecture(tree, hints)),
    osGuess: medium?.text ?? null,
    osId: medium?.system?.id ?? null,
    osVersion: medium?.system?.version ?? null,
    installer: installer?.installer ?? null,
    ...(installer === null ? {} : { purpose: installer.purpose }),
  };
}

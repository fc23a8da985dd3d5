import type { Volume } from "#core/image/facts/disk-layout.ts";

/**
 * Whether a name of fstab(5) or of the kernel's `root=` is that of a volume: UUID=, LABEL=, PARTUUID=,
 * PARTLABEL=, /dev/disk/by-…, /dev/sda2, /dev/mapper/group-volume, /dev/group/volume. A bare disk's letter or
 * number is the machine's, not the image's: any first letter will do.
 */
export function isNamedBy({ partition, logicalVolume, found }: Volume, spec: string): boolean {
  const byPath = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/.exec(spec);
  const byTag = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]+)"?$/i.exec(spec);
  const [, tag = "", value = ""] = byPath ?? byTag ?? [];
  if (tag !== "") {
    const own = {
      uuid: found?.uuid,
      label: found?.label,
      partuuid: logicalVolume === null ? partition.partUuid : null,
      partlabel: logicalVolume === null ? partition.name : null,
    }[tag.toLowerCase()];
    return (own ?? "").toLowerCase() === unescaped(value).toLowerCase();
  }
  if (logicalVolume !== null)
    return spec === logicalVolume.devicePath || spec === `/dev/${logicalVolume.group}/${logicalVolume.name}`;
  if (partition.number === 0) return /^\/dev\/(?:[hsv]d[a-z]|xvd[a-z]|nvme\d+n\d+|mmcblk\d+)$/.test(spec);
  const number = /^\/dev\/(?:[hsv]d[a-z]|xvd[a-z]|nvme\d+n\d+p|mmcblk\d+p)(\d+)$/.exec(spec)?.[1];
  return number !== undefined && Number(number) === partition.number;
}

/** udev writes `\x20` for a blank in names below /dev/disk; fstab writes `\040`. */
const unescaped = (value: string): string =>
  value
    .replace(/\\x([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

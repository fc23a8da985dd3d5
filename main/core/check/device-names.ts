import type { ProviderProfile } from "#providers/profile.ts";

/** Linux names disks by their driver: virtio_blk gives vda, virtio_scsi gives sda. */
const prefixes: Readonly<Record<string, string>> = { virtio_blk: "vd", virtio_scsi: "sd" };

const kernelName = /^\/dev\/(sd|vd|hd|xvd|nvme|mmcblk)[a-z0-9]/;
/** Names that udev makes of a disk's serial number or slot: other machines have others. */
const machineName = /^\/dev\/disk\/by-(?:id|path)\//;

/**
 * Whether a disk has this device name at a provider. `yes` and `no` where its disks have one driver only;
 * `maybe` where it may be either; null when the name says nothing about the disk (`/dev/mapper/…`, `UUID=…`).
 */
export function hasDeviceName(spec: string, profile: ProviderProfile): "yes" | "no" | "maybe" | null {
  if (machineName.test(spec)) return "no";
  const prefix = kernelName.exec(spec)?.[1];
  if (prefix === undefined) return null;
  const names = profile.drivers.value.disk.map((driver) => prefixes[driver] ?? "");
  if (!names.includes(prefix)) return "no";
  return names.length === 1 ? "yes" : "maybe";
}

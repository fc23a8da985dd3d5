/** What a user should know of a type that is only named. */
const reasons: Readonly<Record<string, string>> = {
  LVM1_member: "It belongs to LVM1, which Linux gave up in 2018",
  DM_snapshot_cow: "It keeps only the differences of a snapshot",
  DM_verity_hash: "It holds the checksums of another partition (dm-verity)",
  DM_integrity: "It is wrapped in checksums (dm-integrity), which are not read",
  BitLocker: "It is encrypted with BitLocker",
  cs_fvault2: "It is encrypted with FileVault",
  bcache: "It belongs to a cache (bcache), whose newest data may be on another disk",
  drbd: "It is one side of a mirror over the network (DRBD)",
  vdo: "It is compressed and deduplicated (VDO), which is not read",
  stratis: "It belongs to a Stratis pool, which is not read",
  ubi: "It is an image for raw flash memory (UBI)",
  ubifs: "It is an image for raw flash memory (UBIFS)",
  swsuspend: "It holds the memory of a machine that was suspended",
  swap: "It is swap space",
  jbd: "It is an external journal, not a filesystem",
  xfs_external_log: "It is an external journal, not a filesystem",
  zfs_member: "ZFS is not read",
  ntfs: "NTFS is not read",
  VMFS: "It is a datastore of VMware, which holds virtual disks",
  VMFS_volume_member: "It is a datastore of VMware, which holds virtual disks",
};

export function reasonFor(type: string): string {
  const known = reasons[type];
  if (known !== undefined) return known;
  if (type.endsWith("_raid_member")) return `It is one disk of a RAID (${type.replace("_raid_member", "")})`;
  return `What is inside ${type} is not read`;
}

import { z } from "zod";

export const FilesystemFactsSchema = z.object({
  /** As libblkid names it: `ext4`, `xfs`, `vfat`, `LVM2_member`, `crypto_LUKS`. */
  type: z.string(),
  label: z.string().nullable(),
  uuid: z.string().nullable(),
  /** Why our reader cannot look inside; null when it can. */
  unreadable: z.string().nullable(),
});

export const PartitionFactsSchema = z.object({
  /** Slot number in the table, as the kernel numbers it. 0 for a bare filesystem without a table. */
  number: z.number().int(),
  startByte: z.number(),
  sizeBytes: z.number(),
  /** GPT type UUID or MBR type byte as `0x83`. */
  typeId: z.string(),
  typeName: z.string(),
  name: z.string().nullable(),
  bootable: z.boolean(),
  filesystem: FilesystemFactsSchema.nullable(),
});
export type PartitionFacts = z.infer<typeof PartitionFactsSchema>;

/** A logical volume of LVM2, as lvm(8) names it. */
export const LogicalVolumeFactsSchema = z.object({
  /** `group/volume`. */
  name: z.string(),
  /** What the kernel calls it: `/dev/mapper/group-volume`. */
  devicePath: z.string(),
  sizeBytes: z.number(),
  /** Segment types: `linear`, `striped`, `thin`, `cache`, `raid1`. */
  segmentTypes: z.array(z.string()),
  filesystem: FilesystemFactsSchema.nullable(),
  /** Why it cannot be read; null when it can. */
  unreadable: z.string().nullable(),
});
export type LogicalVolumeFacts = z.infer<typeof LogicalVolumeFactsSchema>;

/** How a filesystem is named in /etc/fstab or on the kernel command line. */
export const DeviceNameKindSchema = z.enum([
  "uuid",
  "label",
  "partuuid",
  "partlabel",
  "lvm",
  "device",
  "virtual",
  "network",
  "other",
]);

/** One line of /etc/fstab (fstab(5)). */
export const FstabEntryFactsSchema = z.object({
  line: z.number().int(),
  spec: z.string(),
  namedBy: DeviceNameKindSchema,
  mountPoint: z.string(),
  type: z.string(),
  options: z.array(z.string()),
  /** Whether the image holds what `spec` names; null where that cannot be told (`/dev/sdb1`, a network). */
  inImage: z.boolean().nullable(),
});
export type FstabEntryFacts = z.infer<typeof FstabEntryFactsSchema>;

import { z } from "zod";
import { FstabEntryFactsSchema, LogicalVolumeFactsSchema, PartitionFactsSchema } from "./facts-disk.ts";
import { AccountFactsSchema, IdentityFactsSchema, LeftoverFactsSchema } from "./facts-identity.ts";
import {
  CloudInitFactsSchema,
  NetworkFactsSchema,
  ProvisionerFactsSchema,
  SshdFactsSchema,
} from "./facts-provisioning.ts";
import {
  AgentFactsSchema,
  BootFactsSchema,
  GrowthFactsSchema,
  KernelFactsSchema,
  OsFactsSchema,
  PackagesFactsSchema,
  SelinuxFactsSchema,
} from "./facts-system.ts";

/**
 * What an image is, read from its bytes without booting it. Version 1; every size is in bytes; `null` means
 * "looked for and not there", an `unreadable` note says what could not be looked at.
 */
export const ImageFormatSchema = z.enum(["raw", "qcow2", "vhdx", "vhd", "vdi", "vmdk", "iso9660"]);
export type ImageFormat = z.infer<typeof ImageFormatSchema>;

export const IsoFactsSchema = z.object({
  volumeId: z.string(),
  bootBios: z.boolean(),
  bootUefi: z.boolean(),
  /** The ISO carries a disk image layout as well and can be written to a stick. */
  hybrid: z.boolean(),
  architecture: z.string().nullable(),
  osGuess: z.string().nullable(),
  /** In the words of os-release(5) where there are any: `debian`, `rhel`; `windows`, `freebsd`. */
  osId: z.string().nullable().optional(),
  osVersion: z.string().nullable().optional(),
  /** The program that installs: `debian-installer`, `subiquity`, `anaconda`, `windows-setup`; null when none is known. */
  installer: z.string().nullable().optional(),
  /** `network`: it fetches what it installs. `seed`: settings for cloud-init. `data`: nothing boots. */
  purpose: z.enum(["installer", "network", "live", "live-installer", "seed", "data"]).optional(),
});
export type IsoFacts = z.infer<typeof IsoFactsSchema>;

export const ImageFactsSchema = z.object({
  schemaVersion: z.literal(1),
  format: ImageFormatSchema,
  /** gzip, bzip2, xz, zstd around the image; null when none. */
  archive: z.string().nullable(),
  fileBytes: z.number(),
  virtualBytes: z.number(),
  /** Guest data clusters in the file, where the format tells. */
  allocatedBytes: z.number().nullable(),
  compressedClusters: z.enum(["none", "zlib", "zstd"]).nullable(),
  partitionTable: z.enum(["gpt", "mbr", "none"]).nullable(),
  partitions: z.array(PartitionFactsSchema),
  logicalVolumes: z.array(LogicalVolumeFactsSchema),
  /** Number of the root partition in `partitions`; null when no operating system was found. */
  rootPartition: z.number().int().nullable(),
  /** `group/volume` of the root filesystem when it lies on LVM. */
  rootVolume: z.string().nullable(),
  /** Path of the btrfs subvolume that is mounted as root, without a leading slash; null where there are none. */
  rootSubvolume: z.string().nullable(),
  os: OsFactsSchema.nullable(),
  packages: PackagesFactsSchema.nullable(),
  kernels: z.array(KernelFactsSchema),
  boot: BootFactsSchema.nullable(),
  fstab: z.array(FstabEntryFactsSchema).nullable(),
  growth: GrowthFactsSchema.nullable(),
  agents: z.array(AgentFactsSchema).nullable(),
  selinux: SelinuxFactsSchema.nullable(),
  cloudInit: CloudInitFactsSchema.nullable(),
  provisioners: z.array(ProvisionerFactsSchema).nullable(),
  sshd: SshdFactsSchema.nullable(),
  network: NetworkFactsSchema.nullable(),
  identity: IdentityFactsSchema.nullable(),
  accounts: z.array(AccountFactsSchema).nullable(),
  leftovers: z.array(LeftoverFactsSchema).nullable(),
  iso: IsoFactsSchema.nullable(),
  /** What could not be read and why, in plain words. */
  notes: z.array(z.string()),
  elapsedMs: z.number(),
});
export type ImageFacts = z.infer<typeof ImageFactsSchema>;

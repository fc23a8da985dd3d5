import { z } from "zod";

/**
 * What an image is, read from its bytes without booting it. Version 1; every size is in bytes; `null` means
 * "looked for and not there", an `unreadable` note says what could not be looked at.
 */
export const ImageFormatSchema = z.enum(["raw", "qcow2", "vhdx", "vhd", "vdi", "vmdk", "iso9660"]);
export type ImageFormat = z.infer<typeof ImageFormatSchema>;

/** A place inside the image. `line` counts from 1. */
export const WhereSchema = z.object({ path: z.string(), line: z.number().int().nullable() });

export const FilesystemFactsSchema = z.object({
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

export const DriverFactsSchema = z.object({
  builtIn: z.boolean(),
  module: z.boolean(),
  /** null: the initramfs could not be read. */
  inInitramfs: z.boolean().nullable(),
});

export const KernelFactsSchema = z.object({
  version: z.string(),
  imagePath: z.string().nullable(),
  initramfsPath: z.string().nullable(),
  initramfsUnreadable: z.string().nullable(),
  /** Keys: virtio_pci, virtio_blk, virtio_scsi, virtio_net and the driver of the root filesystem. */
  drivers: z.record(z.string(), DriverFactsSchema),
});

export const CloudInitFactsSchema = z.object({
  version: z.string().nullable(),
  enabledAtBoot: z.boolean(),
  disabledBy: WhereSchema.nullable(),
  /** Effective list after every merge; null when no file sets it (then cloud-init's built-in order counts). */
  datasourceList: z.array(z.string()).nullable(),
  decidedBy: WhereSchema.nullable(),
  /** Names of leftover instances in /var/lib/cloud/instances. */
  leftoverInstances: z.array(z.string()),
});

export const SshdFactsSchema = z.object({
  binaryPath: z.string().nullable(),
  enabledAtBoot: z.boolean(),
  enabledBy: WhereSchema.nullable(),
  maskedBy: WhereSchema.nullable(),
  hostKeys: z.array(z.string()),
  /** Who makes host keys at first boot: `cloud-init`, a unit or package script; null when nobody does. */
  hostKeysRegeneratedBy: z.string().nullable(),
});

export const BootFactsSchema = z.object({
  biosBootCode: z.boolean(),
  grubCore: z.boolean(),
  efiRemovablePath: z.string().nullable(),
  kernelCommandLine: z.string().nullable(),
  serialConsole: z.boolean().nullable(),
  rootSpec: z.string().nullable(),
});

export const OsFactsSchema = z.object({
  family: z.enum(["linux", "bsd", "windows", "unknown"]),
  id: z.string().nullable(),
  versionId: z.string().nullable(),
  prettyName: z.string().nullable(),
  architecture: z.string().nullable(),
});

export const IsoFactsSchema = z.object({
  volumeId: z.string(),
  bootBios: z.boolean(),
  bootUefi: z.boolean(),
  /** The ISO carries a disk image layout as well and can be written to a stick. */
  hybrid: z.boolean(),
  architecture: z.string().nullable(),
  osGuess: z.string().nullable(),
});

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
  /** Number of the root partition in `partitions`; null when no operating system was found. */
  rootPartition: z.number().int().nullable(),
  os: OsFactsSchema.nullable(),
  kernels: z.array(KernelFactsSchema),
  boot: BootFactsSchema.nullable(),
  cloudInit: CloudInitFactsSchema.nullable(),
  sshd: SshdFactsSchema.nullable(),
  identity: z
    .object({
      machineId: z.enum(["absent", "empty", "uninitialized", "set"]),
      hostname: z.string().nullable(),
      authorizedKeys: z.array(z.string()),
    })
    .nullable(),
  iso: IsoFactsSchema.nullable(),
  /** What could not be read and why, in plain words. */
  notes: z.array(z.string()),
  elapsedMs: z.number(),
});
export type ImageFacts = z.infer<typeof ImageFactsSchema>;

import { z } from "zod";
import { WhereSchema } from "./where.ts";

export const OsFactsSchema = z.object({
  family: z.enum(["linux", "bsd", "windows", "unknown"]),
  id: z.string().nullable(),
  /** ID_LIKE of os-release(5). */
  idLike: z.array(z.string()).default([]),
  versionId: z.string().nullable(),
  prettyName: z.string().nullable(),
  /** As `uname -m` gives it, from ELF headers. */
  architecture: z.string().nullable(),
});
export type OsFacts = z.infer<typeof OsFactsSchema>;

export const PackagesFactsSchema = z.object({
  manager: z.enum(["dpkg", "rpm", "apk", "pacman", "portage", "pkg", "none"]),
  /** The database's own form where there are several: `sqlite`, `ndb`, `bdb`. */
  database: z.string().nullable(),
  installedCount: z.number().int().nullable(),
});
export type PackagesFacts = z.infer<typeof PackagesFactsSchema>;

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
export type KernelFacts = z.infer<typeof KernelFactsSchema>;

export const BootFactsSchema = z.object({
  biosBootCode: z.boolean(),
  grubCore: z.boolean(),
  /** Where extlinux or syslinux is installed; null when it is not. */
  extlinuxPath: z.string().nullable(),
  efiRemovablePath: z.string().nullable(),
  /** Other EFI programs, such as `EFI/debian/shimx64.efi`: they start only with an entry in the firmware's memory. */
  efiPrograms: z.array(z.string()),
  kernelCommandLine: z.string().nullable(),
  /** The menu's file and line that the command line comes from. */
  commandLineFrom: WhereSchema.nullable(),
  /** Values of `console=`, in order; the last one is /dev/console. */
  consoles: z.array(z.string()),
  serialConsole: z.boolean().nullable(),
  rootSpec: z.string().nullable(),
});
export type BootFacts = z.infer<typeof BootFactsSchema>;

/** Whether the root grows into a larger disk at first boot. */
export const GrowthFactsSchema = z.object({
  /** Who grows the partition: `cloud-init` (growpart), `systemd-repart`, a unit; null when nobody does. */
  partitionBy: z.string().nullable(),
  /** Who grows the filesystem: `cloud-init` (resizefs), `systemd-growfs`, a unit; null when nobody does. */
  filesystemBy: z.string().nullable(),
  /** Nothing lies behind the root partition that would be in the way. */
  rootIsLast: z.boolean().nullable(),
});
export type GrowthFacts = z.infer<typeof GrowthFactsSchema>;

/** A program of a hypervisor or provider inside the guest: `qemu-guest-agent`, `open-vm-tools`, `oracle-cloud-agent`. */
export const AgentFactsSchema = z.object({
  name: z.string(),
  path: z.string(),
  enabledAtBoot: z.boolean(),
});
export type AgentFacts = z.infer<typeof AgentFactsSchema>;

export const SelinuxFactsSchema = z.object({
  mode: z.enum(["enforcing", "permissive", "disabled"]),
  where: WhereSchema,
  /** `/.autorelabel` is there: the first boot relabels and reboots. */
  relabelPending: z.boolean(),
  /** A sample of files that SELinux needs labelled and that carry no `security.selinux` attribute; null: cannot be told. */
  unlabelled: z.array(z.string()).nullable(),
});
export type SelinuxFacts = z.infer<typeof SelinuxFactsSchema>;

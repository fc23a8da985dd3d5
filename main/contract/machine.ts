import { z } from "zod";
import { CheckpointSchema } from "./checkpoint.ts";
import { WireErrorSchema } from "./errors.ts";
import { InstallSchema } from "./install.ts";

export const FirmwareSchema = z.enum(["bios", "uefi"]);
export const AcceleratorNameSchema = z.enum(["kvm", "hvf", "whpx", "tcg"]);
export type AcceleratorName = z.infer<typeof AcceleratorNameSchema>;

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/** What the machine is made of. Defaults mirror what the providers give an instance. */
export const HardwareSchema = z.object({
  cores: z.number().int().min(1).max(64).default(2),
  memoryBytes: z
    .number()
    .int()
    .min(64 * MiB)
    .max(1024 * GiB)
    .multipleOf(MiB)
    .default(1024 * MiB),
  firmware: FirmwareSchema.default("bios"),
  diskBus: z.enum(["virtio-scsi", "virtio-blk"]).default("virtio-scsi"),
  diskSizeBytes: z
    .number()
    .int()
    .min(MiB)
    .max(64 * 1024 * GiB)
    .multipleOf(512)
    .default(8 * GiB),
});
export type Hardware = z.infer<typeof HardwareSchema>;

const { cores, memoryBytes, firmware, diskBus, diskSizeBytes } = HardwareSchema.shape;
/** A part of it to be changed. Not `partial()`: that would fill in the defaults, and so change what was not named. */
export const HardwareChangeSchema = z.object({
  cores: cores.unwrap().optional(),
  memoryBytes: memoryBytes.unwrap().optional(),
  firmware: firmware.unwrap().optional(),
  diskBus: diskBus.unwrap().optional(),
  diskSizeBytes: diskSizeBytes.unwrap().optional(),
});

/** A name a person gives: any characters but control characters, 1 to 80 of them, not only blanks. */
export const DisplayNameSchema = z
  .string()
  .trim()
  .min(1, "A name is needed")
  .max(80, "A name has at most 80 characters")
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, "A name has no control characters");

/** Free text of a person: what this is for, what was done to it. */
export const NotesSchema = z.string().max(10_000);
export const TagsSchema = z.array(z.string().trim().min(1).max(40)).max(30);

export const MachineCreateSchema = z.object({
  name: DisplayNameSchema,
  isoPath: z.string().min(1).nullable().default(null),
  /** null: by the medium's own menu. */
  install: InstallSchema.nullable().default(null),
  hardware: HardwareSchema.prefault({}),
});
export type MachineCreate = z.input<typeof MachineCreateSchema>;

export const MachinePowerSchema = z.enum(["off", "starting", "running", "paused", "stopping"]);
export type MachinePower = z.infer<typeof MachinePowerSchema>;

export const MachineViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  notes: NotesSchema,
  tags: TagsSchema,
  install: InstallSchema.nullable(),
  /** `direct` installs: the installer has not yet handed over to the disk. */
  installing: z.boolean(),
  checkpoints: z.array(CheckpointSchema),
  /** The checkpoint that the disk now builds on; null: none. */
  currentCheckpointId: z.string().nullable(),
  /** Off, with its memory on disk: the next start goes on where it was. */
  suspended: z.boolean(),
  /** Addresses that the guest agent tells; empty without one. */
  addresses: z.array(z.string()),
  /** What the guest agent said of itself; null: none answers. */
  agentVersion: z.string().nullable(),
  /** What is typed is being recorded into a recipe. */
  recording: z.boolean(),
  createdAt: z.iso.datetime(),
  hardware: HardwareSchema,
  /** Absolute path of the inserted ISO; null when the drive is empty. */
  isoPath: z.string().nullable(),
  diskPath: z.string(),
  /** Bytes that the disk file occupies on the host. */
  diskUsedBytes: z.number(),
  power: MachinePowerSchema,
  /** Chosen accelerator of the running or last run. */
  accelerator: AcceleratorNameSchema.nullable(),
  startedAt: z.iso.datetime().nullable(),
  /** True when this copy of the app found it already running. */
  reattached: z.boolean(),
  transcriptBytes: z.number(),
  /** The QEMU command line of the running or last run. */
  argv: z.array(z.string()),
  /** Port on 127.0.0.1 that is forwarded to the guest's port 22, while running. */
  sshPort: z.number().int().nullable(),
  /** Why it last stopped unexpectedly or could not be started. */
  lastError: WireErrorSchema.nullable(),
  /** Set when no byte came from the guest for long enough that the accelerator is in doubt. */
  silentSinceMs: z.number().nullable(),
});
export type MachineView = z.infer<typeof MachineViewSchema>;

import { z } from "zod";
import { WireErrorSchema } from "#contract/errors.ts";
import { InstallSchema } from "#contract/install.ts";
import {
  AcceleratorNameSchema,
  DisplayNameSchema,
  HardwareSchema,
  NotesSchema,
  TagsSchema,
} from "#contract/machine.ts";

const pathText = z.string().min(1).max(4096);

/** `machine.json`, version 1: what the machine is. Paths inside its folder are derived, never read. */
export const MachineRecordSchema = z.object({
  version: z.literal(1),
  uuid: z.uuid(),
  name: DisplayNameSchema,
  createdAt: z.iso.datetime(),
  hardware: HardwareSchema,
  /** Locally administered, in QEMU's range 52:54:00; stays the same so that a guest keeps its interface names. */
  macAddress: z.string().regex(/^52:54:00(:[0-9a-f]{2}){3}$/),
  isoPath: pathText.nullable(),
  notes: NotesSchema.default(""),
  tags: TagsSchema.default([]),
  install: InstallSchema.nullable().default(null),
  /** A direct install that has not handed over to the disk yet. */
  installing: z.boolean().default(false),
});
export type MachineRecord = z.infer<typeof MachineRecordSchema>;

/**
 * `run.json`, version 1: a QEMU that runs or was about to. Written before QEMU is spawned (`identity: null`), so
 * that no QEMU is ever lost from sight; its exclusive creation is also the lock against a second start.
 */
export const RunRecordSchema = z.object({
  version: z.literal(1),
  /** The process; null between the writing of this file and the spawn. */
  identity: z.object({ pid: z.number().int().positive(), startToken: z.string() }).nullable(),
  /** The process that starts it, to tell a start under way from one that was killed. */
  starter: z.object({ pid: z.number().int().positive(), startToken: z.string() }),
  argv: z.array(z.string()),
  /** `display`: empty in runs of versions that had none. */
  sockets: z.object({
    events: pathText,
    control: pathText,
    serial: pathText,
    agent: pathText,
    display: z.string().max(4096).default(""),
  }),
  sshPort: z.number().int().min(1).max(65535),
  accelerator: AcceleratorNameSchema,
  startedAt: z.iso.datetime(),
  /** Sizes of the transcript and of qemu.log when this run began. */
  transcriptStartByte: z.number().int().nonnegative(),
  logStartByte: z.number().int().nonnegative(),
  /** Force off was asked for: written before it is done, so that no copy of the app takes it for a crash. */
  forced: z.boolean(),
  /** QEMU starts an installer's kernel; a good end of this run ends the installation. */
  direct: z.boolean().default(false),
  /** QEMU was started to go on from a saved memory. */
  resumes: z.boolean().default(false),
});
export type RunRecord = z.infer<typeof RunRecordSchema>;

/** `last-run.json`, version 1: how the last run went, for the picture of a machine that is off. */
export const LastRunSchema = z.object({
  version: z.literal(1),
  argv: z.array(z.string()),
  accelerator: AcceleratorNameSchema.nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime(),
  error: WireErrorSchema.nullable(),
});
export type LastRun = z.infer<typeof LastRunSchema>;

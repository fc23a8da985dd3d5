import { z } from "zod";
import { AccountConnectSchema, FoundConfigSchema, QuotaSchema } from "./account.ts";
import { DoctorReportSchema } from "./doctor.ts";
import { ProviderIdSchema } from "./finding.ts";
import { AnswerFormSchema, AnswerKindSchema, AnswersSchema, IsoLookSchema } from "./install.ts";
import {
  DisplayNameSchema,
  HardwareChangeSchema,
  MachineCreateSchema,
  NotesSchema,
  TagsSchema,
} from "./machine.ts";
import { bytes, command, query, stream } from "./procedure.ts";
import { DestinationPlanSchema, PublishManySchema } from "./publish.ts";
import { ExportedTextSchema, ExportFormatSchema, UnpackProgressSchema } from "./published.ts";
import { RecipeProblemSchema, RecipeVariableViewSchema } from "./recipe.ts";
import { LaunchedSchema, LaunchOptionsSchema, LaunchRequestSchema } from "./remote-image.ts";
import {
  CaptureSchema,
  CompartmentSchema,
  CompatibleShapeSchema,
  InstanceSchema,
  MountIsoSchema,
  RemoteExportSchema,
  SetShapeSchema,
} from "./remote-special.ts";
import { CheckReportSchema, SubjectSchema } from "./report.ts";
import { SettingsSchema } from "./settings.ts";
import { StagingConnectSchema, StagingItemSchema, StagingPlaceSchema } from "./staging.ts";
import { StateEventSchema } from "./state.ts";

const none = z.object({}).prefault({});
const machineRef = z.object({ machineId: z.string() });
const jobRef = z.object({ jobId: z.string() });
const jobStarted = z.object({ jobId: z.string() });
const checkpointRef = machineRef.extend({ checkpointId: z.string() });
const remoteRef = z.object({ remoteImageId: z.string() });
const done = z.object({});

/** THE contract: everything that a host, the window or the command line can ask of the core. */
export const contract = {
  "state.watch": stream(none, StateEventSchema),

  /** Runs the doctor; `fresh` ignores the cached accelerator verdict. Also puts the report into the state. */
  "doctor.run": query(z.object({ fresh: z.boolean().default(false) }), DoctorReportSchema),

  "machines.create": command(MachineCreateSchema, machineRef),
  /** `overcommit`: also when the computer's memory cannot hold all guests that run. */
  "machines.start": command(machineRef.extend({ overcommit: z.boolean().default(false) }), done),
  /** The power button: asks the guest to shut down. */
  "machines.powerButton": command(machineRef, done),
  "machines.reset": command(machineRef, done),
  /** A paused guest goes on, and tries again what its disk refused. */
  "machines.resume": command(machineRef, done),
  "machines.forceOff": command(machineRef, done),
  "machines.eject": command(machineRef, done),
  "machines.insert": command(machineRef.extend({ isoPath: z.string().min(1) }), done),
  /** Refused while running. Files go to the system's trash where there is one. */
  "machines.delete": command(machineRef, done),

  /** Hardware only while the machine is off; a disk only grows. */
  "machines.change": command(
    machineRef.extend({
      name: DisplayNameSchema.optional(),
      notes: NotesSchema.optional(),
      tags: TagsSchema.optional(),
      hardware: HardwareChangeSchema.optional(),
    }),
    done,
  ),
  /** A copy with its own identity. `linked`: shares the layers of the disk, which must then stay. */
  "machines.duplicate": command(
    machineRef.extend({ name: DisplayNameSchema, linked: z.boolean() }),
    jobStarted,
  ),
  /** A machine from an existing disk, which is copied or, with `linked`, only built upon; it is never changed. */
  "machines.importDisk": command(
    z.object({
      path: z.string().min(1),
      name: DisplayNameSchema,
      linked: z.boolean().default(false),
      hardware: HardwareChangeSchema.default({}),
    }),
    jobStarted,
  ),
  /** Shows the folder in the desktop's file manager. */
  "machines.reveal": command(machineRef, done),
  /** Memory to disk, then off; `machines.start` goes on where it was. */
  "machines.suspend": command(machineRef, jobStarted),
  /** Throws away the memory of a suspended machine: it is off then, its disk as after a power cut. */
  "machines.discardMemory": command(machineRef, done),
  /** A running machine's disk into a new image of the library, without stopping it. */
  "machines.capture": command(machineRef.extend({ name: DisplayNameSchema }), jobStarted),
  /** The screen as PNG, base64. */
  "machines.screenshot": query(machineRef, z.object({ pngBase64: z.string() })),

  "checkpoints.create": command(
    machineRef.extend({
      name: DisplayNameSchema,
      note: NotesSchema.default(""),
      /** Only of a running machine. */
      withMemory: z.boolean().default(false),
    }),
    jobStarted,
  ),
  /** The disk becomes what it was; what came after stays only where a checkpoint holds it. */
  "checkpoints.restore": command(checkpointRef, jobStarted),
  /** A new machine that goes on from there. */
  "checkpoints.branch": command(checkpointRef.extend({ name: DisplayNameSchema }), jobStarted),
  /** What builds on it is kept: its data goes into the layers above. */
  "checkpoints.delete": command(checkpointRef, jobStarted),

  /** VNC (RFB) bytes of the guest's display. One connection each; the id is the caller's choice. */
  "display.read": bytes(machineRef.extend({ connectionId: z.string().min(8).max(64) })),
  "display.write": command(z.object({ connectionId: z.string(), base64: z.string().max(1_400_000) }), done),

  /** A shell: of the host in the machine's folder, or of the guest by SSH. */
  "terminals.open": command(
    machineRef.extend({
      kind: z.enum(["host", "ssh"]),
      username: z.string().min(1).max(64).optional(),
      columns: z.number().int().min(2).max(1000),
      rows: z.number().int().min(2).max(1000),
    }),
    z.object({ terminalId: z.string() }),
  ),
  "terminals.read": bytes(z.object({ terminalId: z.string() })),
  "terminals.write": command(z.object({ terminalId: z.string(), text: z.string().max(1_000_000) }), done),
  "terminals.resize": command(
    z.object({
      terminalId: z.string(),
      columns: z.number().int().min(2).max(1000),
      rows: z.number().int().min(2).max(1000),
    }),
    done,
  ),
  "terminals.close": command(z.object({ terminalId: z.string() }), done),

  /** Puts the machine's own key into the guest, by a password that is used once and not kept. */
  "guest.authorize": command(
    machineRef.extend({
      username: z.string().min(1).max(64),
      /** Left out: the key was put there by other ways, at the console say, and is only proved. */
      password: z.string().min(1).optional(),
    }),
    done,
  ),
  /** The machine's public key, and a line that puts it in when it is typed at a shell of the guest. */
  "guest.key": query(machineRef, z.object({ publicKey: z.string(), command: z.string() })),
  /** Whether the guest can be reached by SSH with the machine's key, and as whom. */
  "guest.status": query(
    machineRef,
    z.object({ reachable: z.boolean(), username: z.string().nullable(), reason: z.string() }),
  ),
  "guest.run": command(
    machineRef.extend({
      script: z
        .string()
        .min(1)
        .max(256 * 1024),
    }),
    z.object({ exitCode: z.number().nullable(), stdout: z.string(), stderr: z.string() }),
  ),
  "guest.upload": command(
    machineRef.extend({ paths: z.array(z.string().min(1)).min(1), folder: z.string().min(1) }),
    jobStarted,
  ),
  "guest.download": command(
    machineRef.extend({ path: z.string().min(1), toFolder: z.string().min(1) }),
    jobStarted,
  ),

  /** Everything that is typed from now on goes into a recipe. */
  "recording.start": command(machineRef, done),
  /** The recipe's YAML. */
  "recording.stop": command(machineRef, z.object({ recipe: z.string() })),
  "recipes.check": query(
    z.object({ text: z.string().max(1_000_000) }),
    z.object({
      problems: z.array(RecipeProblemSchema),
      /** What a build asks for; empty while there are problems. */
      variables: z.array(RecipeVariableViewSchema),
    }),
  ),
  /** Paths in the recipe are read from `folder`. */
  "recipes.build": command(
    z.object({
      text: z.string().max(1_000_000),
      folder: z.string().min(1),
      name: DisplayNameSchema.optional(),
      /** Keep the machine also when an image was made from it. After a failure it is always kept. */
      keep: z.boolean().default(true),
      /** Begins with a new machine from this checkpoint of an earlier build, after the stage of the same name. */
      from: checkpointRef.nullable().default(null),
      /** Values by name. Those of secret variables go to the secrets and nowhere else. */
      variables: z.record(z.string(), z.string()).default({}),
    }),
    jobStarted,
  ),

  /** Recognises an ISO by volume id and content. */
  "isos.look": query(z.object({ path: z.string().min(1) }), IsoLookSchema),
  "isos.download": command(z.object({ isoId: z.string() }), jobStarted),
  "isos.addOwn": command(z.object({ path: z.string().min(1) }), z.object({ isoId: z.string() })),
  /** Removes the download; one of the user's own is only forgotten. */
  "isos.remove": command(z.object({ isoId: z.string() }), done),
  /** The files that would be handed to the installer, to be looked at and edited. */
  "isos.answers": query(
    z.object({ kind: AnswerKindSchema, form: AnswerFormSchema }),
    /** `commandLine`: words that the installer needs beside those of the medium. `note`: what is left to do, in words. */
    z.object({ answers: AnswersSchema, commandLine: z.string(), note: z.string().nullable() }),
  ),

  /** The transcript from `fromByte` on, then live; survives restarts of guest and app. */
  "console.read": bytes(machineRef.extend({ fromByte: z.number().int().nonnegative().default(0) })),
  /** Types text at the guest. Answers when QEMU has taken it: await it before sending more. */
  "console.write": command(machineRef.extend({ text: z.string().max(1_000_000) }), done),
  /** Serial break condition, e.g. for SysRq. */
  "console.sendBreak": command(machineRef, done),

  /** Reads and judges; also puts the report into the state under its key. */
  "check.run": query(z.object({ subject: SubjectSchema }), CheckReportSchema),
  "check.dismiss": command(z.object({ key: z.string() }), done),
  /** While the check of this key unpacks an archive; ends with the check, at once when none runs. */
  "check.progress": stream(z.object({ key: z.string() }), UnpackProgressSchema),
  /** A report of the state as a text to keep or to hand on. */
  "check.export": query(z.object({ key: z.string(), format: ExportFormatSchema }), ExportedTextSchema),

  /**
   * Takes into the library: as a compressed qcow2, checked and compared with its source; or a file as it is, packed or
   * not, for providers that take it so.
   */
  "images.compact": command(
    z.object({ subject: SubjectSchema, name: z.string().optional(), asItIs: z.boolean().default(false) }),
    jobStarted,
  ),
  "images.change": command(
    z.object({
      imageId: z.string(),
      name: DisplayNameSchema.optional(),
      notes: NotesSchema.optional(),
      tags: TagsSchema.optional(),
    }),
    done,
  ),
  "images.reveal": command(z.object({ imageId: z.string() }), done),
  "images.delete": command(z.object({ imageId: z.string() }), done),

  /** Tests the credentials with the smallest call, then keeps them. */
  "accounts.connect": command(AccountConnectSchema, z.object({ accountId: z.string() })),
  /** Adds the practice accounts of all providers, or one of them; answers those there are. */
  "accounts.addPractice": command(
    z.object({ provider: ProviderIdSchema.optional() }).prefault({}),
    z.object({ accountIds: z.array(z.string()) }),
  ),
  "accounts.change": command(
    z.object({
      accountId: z.string(),
      name: DisplayNameSchema.optional(),
      defaultRegion: z.string().min(1).optional(),
      stagingId: z.string().nullable().optional(),
      /**
       * New keys, by the names of `ProviderInfo.fields`; tested before the old ones are replaced. What is left out
       * stays, what is empty goes.
       */
      fields: z.record(z.string(), z.string()).optional(),
    }),
    done,
  ),
  /** Asks with the kept credentials. */
  "accounts.test": command(z.object({ accountId: z.string() }), done),
  "accounts.remove": command(z.object({ accountId: z.string() }), done),
  /** Reads the account's images into the state. */
  "accounts.refresh": command(z.object({ accountId: z.string() }), done),
  /** null where the provider tells none. */
  "accounts.quota": query(z.object({ accountId: z.string() }), QuotaSchema.nullable()),
  /** Where a panel lets images be made of instances; `bad-input` elsewhere, as for the two calls below. */
  "accounts.instances": query(z.object({ accountId: z.string() }), z.array(InstanceSchema)),
  /** Answers the new remote image, which the panel goes on making. */
  "accounts.capture": command(CaptureSchema, z.object({ remoteImageId: z.string() })),
  "accounts.mountIso": command(MountIsoSchema, done),
  /** Configurations of doctl, cntb, fybe, OCI, AWS, rclone and the environment that could be taken over. */
  "accounts.discover": query(none, z.array(FoundConfigSchema)),
  "accounts.importFound": command(
    z.object({
      foundId: z.string(),
      name: DisplayNameSchema,
      passphrase: z.string().optional(),
      fields: z.record(z.string(), z.string()).default({}),
    }),
    z.object({ accountId: z.string().nullable(), stagingId: z.string().nullable() }),
  ),

  /** Puts, reads and removes a small object, then keeps the keys. */
  "stagings.connect": command(StagingConnectSchema, z.object({ stagingId: z.string() })),
  /**
   * Other keys for the same storage, or another name. `place` may differ in what says who we are and how a provider
   * reaches it, not in where it is: `bad-input`. Without `secret` the kept one is used. Proved as a new one is.
   */
  "stagings.change": command(
    z.object({
      stagingId: z.string(),
      name: DisplayNameSchema.optional(),
      place: StagingPlaceSchema.optional(),
      secret: z.string().min(1).optional(),
    }),
    done,
  ),
  /** Refused while an account or a publish uses it. */
  "stagings.remove": command(z.object({ stagingId: z.string() }), done),
  /** The host key that an SFTP server shows, to be accepted by the user before anything is sent to it. */
  "stagings.hostKey": query(
    z.object({ host: z.string(), port: z.number().int() }),
    z.object({ sha256: z.string(), type: z.string() }),
  ),
  /** What lies there of ours; looks at the storage itself. */
  "stagings.list": query(z.object({ stagingId: z.string().optional() }), z.array(StagingItemSchema)),
  /** Removes what no publish needs any more, also unfinished uploads; answers what was removed. */
  "stagings.clean": command(
    z.object({
      stagingId: z.string().optional(),
      /** Also what is kept for a retry; a retry uploads again then. */
      kept: z.boolean().default(false),
    }),
    z.array(StagingItemSchema),
  ),

  /** Judges, asks quotas, computes costs: nothing is sent but questions. */
  "publish.plan": query(PublishManySchema, z.array(DestinationPlanSchema)),
  /** One job a destination, in their order. */
  "publish.start": command(PublishManySchema, z.object({ jobIds: z.array(z.string()) })),

  "remote.rename": command(
    remoteRef.extend({ name: z.string().min(1), description: z.string().optional() }),
    done,
  ),
  "remote.transfer": command(remoteRef.extend({ region: z.string().min(1) }), done),
  /** `typedName` must be the image's name. */
  "remote.delete": command(remoteRef.extend({ typedName: z.string() }), done),
  "remote.launchOptions": query(remoteRef, LaunchOptionsSchema),
  "remote.launch": command(LaunchRequestSchema, LaunchedSchema),
  /** Writes an image into object storage; answers the provider's id of that work, which goes on there. */
  "remote.export": command(RemoteExportSchema, z.object({ workRequestId: z.string() })),
  "remote.shapes": query(remoteRef, z.array(CompatibleShapeSchema)),
  "remote.setShape": command(SetShapeSchema, done),
  "remote.removeShape": command(remoteRef.extend({ shape: z.string().min(1) }), done),
  "remote.compartments": query(remoteRef, z.array(CompartmentSchema)),
  /** Afterwards the image is no longer among its account's, unless that is the account's own compartment. */
  "remote.move": command(remoteRef.extend({ compartmentId: z.string().min(1) }), done),

  /** Another upload limit until this process ends; it is not a setting. */
  "settings.limitForNow": command(z.object({ bytesPerSecond: z.number().int().positive() }), done),
  "settings.change": command(SettingsSchema.partial(), done),

  "practice.run": command(none, jobStarted),

  "jobs.cancel": command(jobRef, done),
  /** Runs a failed, cancelled or interrupted job again; finished steps are kept. */
  "jobs.retry": command(jobRef, done),
  /** Removes an ended job from the list; an interrupted one is undone first. */
  "jobs.dismiss": command(jobRef, done),

  "notices.dismiss": command(z.object({ noticeId: z.string() }), done),
} as const;

export type Contract = typeof contract;
export type ProcedureName = keyof Contract;
type Named<K extends string> = {
  [N in ProcedureName]: Contract[N]["kind"] extends K ? N : never;
}[ProcedureName];
export type CallName = Named<"query" | "command">;
export type StreamName = Named<"stream">;
export type BytesName = Named<"bytes">;

/** What a caller may write (defaults left out) and what the handler gets (parsed). */
export type InputOf<N extends ProcedureName> = z.input<Contract[N]["input"]>;
export type ParsedInputOf<N extends ProcedureName> = z.output<Contract[N]["input"]>;
export type OutputOf<N extends CallName> = Contract[N] extends { output: infer O extends z.ZodType }
  ? z.output<O>
  : never;
export type ItemOf<N extends StreamName> = Contract[N] extends { item: infer T extends z.ZodType }
  ? z.output<T>
  : never;

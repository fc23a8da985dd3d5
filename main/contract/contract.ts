import { z } from "zod";
import { AccountConnectSchema, PublishStartSchema } from "./account.ts";
import { DoctorReportSchema } from "./doctor.ts";
import { MachineCreateSchema } from "./machine.ts";
import { bytes, command, query, stream } from "./procedure.ts";
import { ExportedTextSchema, ExportFormatSchema, UnpackProgressSchema } from "./published.ts";
import { CheckReportSchema, SubjectSchema } from "./report.ts";
import { StateEventSchema } from "./state.ts";

const none = z.object({}).prefault({});
const machineRef = z.object({ machineId: z.string() });
const jobRef = z.object({ jobId: z.string() });
const jobStarted = z.object({ jobId: z.string() });
const done = z.object({});

/** THE contract: everything that a host, the window or the command line can ask of the core. */
export const contract = {
  "state.watch": stream(none, StateEventSchema),

  /** Runs the doctor; `fresh` ignores the cached accelerator verdict. Also puts the report into the state. */
  "doctor.run": query(z.object({ fresh: z.boolean().default(false) }), DoctorReportSchema),

  "machines.create": command(MachineCreateSchema, machineRef),
  "machines.start": command(machineRef, done),
  /** The power button: asks the guest to shut down. */
  "machines.powerButton": command(machineRef, done),
  "machines.reset": command(machineRef, done),
  "machines.forceOff": command(machineRef, done),
  "machines.eject": command(machineRef, done),
  "machines.insert": command(machineRef.extend({ isoPath: z.string().min(1) }), done),
  /** Refused while running. Files go to the system's trash where there is one. */
  "machines.delete": command(machineRef, done),

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

  /** Compacts into the library: compressed qcow2, checked and compared with its source. */
  "images.compact": command(z.object({ subject: SubjectSchema, name: z.string().optional() }), jobStarted),
  "images.delete": command(z.object({ imageId: z.string() }), done),

  /** Tests the credentials with the smallest call, then keeps them. */
  "accounts.connect": command(AccountConnectSchema, z.object({ accountId: z.string() })),
  /** Adds the practice account (or answers the one there is). */
  "accounts.addPractice": command(none, z.object({ accountId: z.string() })),
  "accounts.remove": command(z.object({ accountId: z.string() }), done),
  /** Reads the account's images into the state. */
  "accounts.refresh": command(z.object({ accountId: z.string() }), done),

  "publish.start": command(PublishStartSchema, jobStarted),

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

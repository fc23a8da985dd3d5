import { z } from "zod";
import { WireErrorSchema } from "./errors.ts";

export const JobStatusSchema = z.enum([
  "queued",
  "running",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
  "interrupted",
]);
export type JobStatus = z.infer<typeof JobStatusSchema>;

export const JobKindSchema = z.enum([
  "compact",
  "publish",
  "practice-run",
  "checkpoint",
  "capture",
  "duplicate",
  "import-disk",
  "iso-download",
  "guest-copy",
  "build",
]);
export type JobKind = z.infer<typeof JobKindSchema>;

/** What is measurable of a step. `totalBytes` is null while it is not known. */
export const ProgressSchema = z.object({
  doneBytes: z.number().nonnegative(),
  totalBytes: z.number().nonnegative().nullable(),
  rateBytesPerSecond: z.number().nonnegative().nullable(),
  remainingMs: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof ProgressSchema>;

export const JobStepSchema = z.object({
  name: z.string(),
  title: z.string(),
  status: z.enum(["waiting", "running", "done", "failed", "undone"]),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  message: z.string(),
  progress: ProgressSchema.nullable(),
});
export type JobStep = z.infer<typeof JobStepSchema>;

export const JobViewSchema = z.object({
  id: z.string(),
  kind: JobKindSchema,
  title: z.string(),
  status: JobStatusSchema,
  steps: z.array(JobStepSchema),
  error: WireErrorSchema.nullable(),
  /** The job's own output, of a shape that its kind defines; null until it succeeded. */
  result: z.unknown(),
  /** Ids of what the job is about, for screens that show it in place. */
  subject: z.object({
    machineId: z.string().optional(),
    imageId: z.string().optional(),
    accountId: z.string().optional(),
    isoId: z.string().optional(),
    /** Publishes that were started together. */
    batchId: z.string().optional(),
  }),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** How often it was started; more than one after a retry or a resume. */
  attempt: z.number().int().positive(),
});
export type JobView = z.infer<typeof JobViewSchema>;

import { z } from "zod";
import { WireErrorSchema } from "#contract/errors.ts";
import { JobKindSchema, JobViewSchema, type Progress } from "#contract/job.ts";

const at = z.iso.datetime();

/** A fact about a job that rests on disk, one JSON line each, in order. Version 1. */
export const JournalRecordSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("created"),
    version: z.literal(1),
    id: z.string(),
    kind: JobKindSchema,
    title: z.string(),
    subject: JobViewSchema.shape.subject,
    steps: z.array(z.object({ name: z.string(), title: z.string() })),
    input: z.unknown(),
    at,
  }),
  z.object({ type: z.literal("attempt"), at }),
  z.object({ type: z.literal("step-started"), name: z.string(), at }),
  z.object({ type: z.literal("step-done"), name: z.string(), value: z.unknown(), at }),
  z.object({ type: z.literal("step-failed"), name: z.string(), at }),
  z.object({ type: z.literal("step-undone"), name: z.string(), at }),
  z.object({ type: z.literal("note"), key: z.string(), value: z.unknown() }),
  z.object({ type: z.literal("succeeded"), result: z.unknown(), at }),
  z.object({ type: z.literal("failed"), error: WireErrorSchema, at }),
  z.object({ type: z.literal("cancelled"), at }),
]);
export type JournalRecord = z.infer<typeof JournalRecordSchema>;

/** What moves a job's picture: the facts of the journal, and what is only true while a process lives. */
export type JobEvent =
  | JournalRecord
  | { type: "progress"; name: string; progress: Progress }
  | { type: "message"; name: string; text: string }
  | { type: "cancel-requested" }
  | { type: "queued" }
  | { type: "interrupted" };

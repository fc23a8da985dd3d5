import { z } from "zod";
import { PublishResultSchema } from "#contract/publish.ts";
import type { JobView } from "#contract/job.ts";

/** What any kind of job may tell about its end, as far as this window knows it. */
const OutcomeSchema = PublishResultSchema.extend({
  machineId: z.string(),
  imageId: z.string(),
  accountId: z.string(),
  /** Lines of a summary that the job wrote for people. */
  summary: z.array(z.object({ title: z.string(), value: z.string() })),
}).partial();
export type JobOutcome = z.infer<typeof OutcomeSchema>;

/** `result` has a shape of its kind's own; fields that this window does not know are left out. */
export function jobOutcome({ result, subject }: Pick<JobView, "result" | "subject">): JobOutcome {
  const parsed = OutcomeSchema.safeParse(result);
  return { ...subject, ...(parsed.success ? parsed.data : {}) };
}

import { z } from "zod";
import { WireErrorSchema } from "./errors.ts";
import { ImageFactsSchema } from "./facts.ts";
import { ProviderIdSchema, VerdictSchema } from "./finding.ts";

/** What a check looks at. A running machine cannot be checked; power it off first. */
export const SubjectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("file"), path: z.string().min(1) }),
  z.object({ kind: z.literal("machine"), machineId: z.string() }),
  z.object({ kind: z.literal("image"), imageId: z.string() }),
]);
export type Subject = z.infer<typeof SubjectSchema>;

/** The facts of one subject and every provider's verdict on them; or the reason why there are none. */
export const CheckReportSchema = z.object({
  /** `file:/path`, `machine:<id>` or `image:<id>`. */
  key: z.string(),
  subject: SubjectSchema,
  path: z.string(),
  checkedAt: z.iso.datetime(),
  facts: ImageFactsSchema.nullable(),
  verdicts: z.partialRecord(ProviderIdSchema, VerdictSchema),
  error: WireErrorSchema.nullable(),
});
export type CheckReport = z.infer<typeof CheckReportSchema>;

import { z } from "zod";

export const ProviderIdSchema = z.enum(["digitalocean", "contabo", "fybe", "oci", "hypervisor-io", "kvm"]);
export type ProviderId = z.infer<typeof ProviderIdSchema>;

/** `unknown`: the image could not be read far enough to tell. */
export const LevelSchema = z.enum(["pass", "info", "warning", "unknown", "error"]);
export type Level = z.infer<typeof LevelSchema>;

export const FindingSchema = z.object({
  /** Stable rule id, such as `cloud-init.datasource-order`. */
  id: z.string(),
  level: LevelSchema,
  title: z.string(),
  /** file:line inside the image, a partition, a header field; empty when it is about the whole. */
  where: z.string(),
  /** The provider's sentence that the rule rests on. */
  source: z.object({ document: z.string(), url: z.string().nullable() }),
  consequence: z.string(),
  fix: z.object({ text: z.string(), repairId: z.string().nullable() }).nullable(),
});
export type Finding = z.infer<typeof FindingSchema>;

export const VerdictSchema = z.object({ level: LevelSchema, findings: z.array(FindingSchema) });
export type Verdict = z.infer<typeof VerdictSchema>;

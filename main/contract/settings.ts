import { z } from "zod";

/** What a person has set for the whole app: `<data>/settings.json`. */
export const SettingsSchema = z.object({
  /** Over all uploads together; null: no limit. */
  uploadLimitBytesPerSecond: z.number().int().positive().nullable().default(null),
  uploadsPaused: z.boolean().default(false),
  /** Prices that replace the published ones, by provider: per GB and month. */
  prices: z
    .record(
      z.string(),
      z.object({ currency: z.string().min(1).max(8), perGbMonth: z.number().nonnegative() }),
    )
    .default({}),
});
export type Settings = z.infer<typeof SettingsSchema>;

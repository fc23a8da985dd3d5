import { z } from "zod";

/** A place inside the image. `line` counts from 1. */
export const WhereSchema = z.object({ path: z.string(), line: z.number().int().nullable() });
export type Where = z.infer<typeof WhereSchema>;

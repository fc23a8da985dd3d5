import type { z } from "zod";
import type { JobContext } from "#core/job/job-context.ts";

/** The value noted by an earlier attempt, or a new one, noted before it is used. */
export async function journalled<S extends z.ZodType>(
  context: JobContext,
  key: string,
  schema: S,
  make: () => z.output<S> | Promise<z.output<S>>,
): Promise<z.output<S>> {
  const known = context.recall(key, schema.nullable());
  if (known !== null) return known as z.output<S>;
  const made = await make();
  await context.note(key, made);
  return made;
}

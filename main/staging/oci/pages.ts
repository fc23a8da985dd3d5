import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Bucket } from "./bucket.ts";

/** Ends a list whose pages go in a circle. */
const mostPages = 10_000;
/** The most that a page may have. */
const itemsPerPage = "1000";

/** All items of a list whose answers name the next page in `opc-next-page`. */
export async function allPages<T>(
  bucket: Bucket,
  request: { path: string; query?: Record<string, string>; reply: z.ZodType<T[]>; signal: AbortSignal },
): Promise<T[]> {
  const { path, reply, signal } = request;
  const items: T[] = [];
  let page: string | undefined;
  for (let count = 0; count < mostPages; count++) {
    const query = { ...request.query, limit: itemsPerPage, ...(page === undefined ? {} : { page }) };
    const { headers, json } = await bucket.ask({ method: "GET", path, query, signal });
    items.push(...reply.parse(json));
    const next = headers["opc-next-page"];
    if (typeof next !== "string" || next === "") return items;
    page = next;
  }
  throw new AppError("protocol", "A list of the object storage does not end");
}

const ObjectsSchema = z.object({
  objects: z.array(
    z.object({ name: z.string(), size: z.number().nullish(), timeCreated: z.string().nullish() }),
  ),
  nextStartWith: z.string().nullish(),
});
export type WireObject = z.infer<typeof ObjectsSchema>["objects"][number];

/** Objects are listed in order of name; the answer names the first of the next page in its body. */
export async function allObjects(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<WireObject[]> {
  const path = await bucket.path(signal, "o");
  const items: WireObject[] = [];
  let start: string | null = null;
  for (let count = 0; count < mostPages; count++) {
    const query: Record<string, string> = { prefix, fields: "name,size,timeCreated", limit: itemsPerPage };
    if (start !== null) query["start"] = start;
    const { json } = await bucket.ask({ method: "GET", path, query, signal });
    const page = ObjectsSchema.parse(json);
    items.push(...page.objects);
    start = page.nextStartWith ?? null;
    if (start === null) return items;
  }
  throw new AppError("protocol", "The list of objects does not end");
}

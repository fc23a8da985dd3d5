import { z } from "zod";
import type { SignedLink } from "../staging-store.ts";
import type { Bucket } from "./bucket.ts";
import { allPages } from "./pages.ts";
import { isMissing, Refusal } from "./refusal.ts";

const CreatedSchema = z.object({
  id: z.string(),
  accessUri: z.string().startsWith("/"),
  timeExpires: z.string(),
});
const ListedSchema = z.array(z.object({ id: z.string(), objectName: z.string().nullish() }));

/** A pre-authenticated request: whoever knows the address may read this one object until it expires. */
export async function createLink(
  bucket: Bucket,
  endpoint: string,
  link: { key: string; expiresInMs: number; nowMs: number },
  signal: AbortSignal,
): Promise<SignedLink> {
  const timeExpires = new Date(link.nowMs + link.expiresInMs).toISOString();
  const { json } = await bucket.ask({
    method: "POST",
    path: await bucket.path(signal, "p"),
    json: { name: `goldsmith ${timeExpires}`, objectName: link.key, accessType: "ObjectRead", timeExpires },
    signal,
  });
  // The address is told this once and never again; its id suffices to remove it.
  const { accessUri } = CreatedSchema.parse(json);
  const url = `${endpoint.replace(/\/+$/, "")}${accessUri}`;
  return { url, headUrl: url, expiresAtIso: timeExpires };
}

/** Revokes all links to an object, also those of an earlier run that nobody remembers. */
export async function removeLinks(bucket: Bucket, key: string, signal: AbortSignal): Promise<void> {
  const path = await bucket.path(signal, "p");
  const query = { objectNamePrefix: key };
  let links: z.infer<typeof ListedSchema>;
  try {
    links = await allPages(bucket, { path, query, reply: ListedSchema, signal });
  } catch (error) {
    // Who may not list links may not make them either, so there are none of ours. The service says 404 for both.
    if (isMissing(error) || (error instanceof Refusal && error.status === 403)) return;
    throw error;
  }
  for (const { id, objectName } of links) {
    if (objectName !== key) continue;
    await bucket
      .ask({ method: "DELETE", path: `${path}/${encodeURIComponent(id)}`, signal })
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
  }
}

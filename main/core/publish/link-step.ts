import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { checkLink } from "./link-check.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";
import type { StagingDesk } from "./staging/staging-desk.ts";

/** A link must outlast the provider's queue; it ends with the object anyway. */
const linkLifeMs = 12 * 3_600_000;

/** How the provider will read what is staged, by the least that it and the storage can do. */
export function exposureOf(
  { takesSignedLink, fetchSendsHead }: Pick<Capabilities, "takesSignedLink" | "fetchSendsHead">,
  store: Pick<StagingStore, "signedLink">,
): Extract<DestinationPlan["exposure"], "signed-link" | "unguessable-public-link"> {
  const signed = takesSignedLink && !fetchSendsHead && store.signedLink !== null;
  return signed ? "signed-link" : "unguessable-public-link";
}

/**
 * Makes the staged object readable for the provider and reads it as the provider will. The address is a secret of
 * its own while it works: it is answered, and never journalled.
 */
export async function openForProvider(
  desk: StagingDesk,
  object: { id: string; key: string; jobId: string; file: PreparedFile },
  capabilities: Pick<Capabilities, "takesSignedLink" | "fetchSendsHead">,
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const { id, key, jobId, file } = object;
  const store = await desk.store(id);
  if (exposureOf(capabilities, store) === "signed-link" && store.signedLink !== null) {
    const { url, headUrl } = await store.signedLink(key, { expiresInMs: linkLifeMs }, signal);
    await checkLink({ url, headUrl }, file, clock, signal);
    return url;
  }
  const url = await desk.expose(id, jobId, signal);
  if (url === null) {
    throw new AppError("bad-input", "Nobody serves the staging storage by HTTP", {
      hint: "Give the storage the address under which its files can be read, or use another one.",
    });
  }
  await checkLink({ url, headUrl: url }, file, clock, signal);
  return url;
}

import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import type { ImportSource } from "#providers/provider.ts";
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

/** Whether the account may not make links in its bucket: OCI says 404 for what a policy does not allow. */
export function isLinkRefused(error: unknown): boolean {
  const { status } = AppError.from(error).details;
  return status === 403 || status === 404;
}

/**
 * Makes the staged object readable for the provider and reads it as the provider will. The address is a secret of
 * its own while it works: it is answered, and never journalled. In the account's own object storage the provider
 * reads by a link too, which federated users need; who may not make links lets it read the object by its name.
 */
export async function openForProvider(
  desk: StagingDesk,
  object: { id: string; key: string; jobId: string; file: PreparedFile; isOwnStorage: boolean },
  capabilities: Pick<Capabilities, "takesSignedLink" | "fetchSendsHead">,
  clock: Clock,
  signal: AbortSignal,
  onContentType?: (contentType: string) => void,
): Promise<ImportSource> {
  const { id, key, jobId, file } = object;
  const store = await desk.store(id);
  if (exposureOf(capabilities, store) === "signed-link" && store.signedLink !== null) {
    const link = await store.signedLink(key, { expiresInMs: linkLifeMs }, signal).catch((error: unknown) => {
      if (object.isOwnStorage && store.locate !== null && isLinkRefused(error))
        return store.locate(key, signal);
      throw AppError.from(error);
    });
    if ("kind" in link) return link;
    await checkLink(link, file, clock, signal, onContentType);
    return { kind: "url", url: link.url };
  }
  const url = await desk.expose(id, jobId, signal);
  if (url === null) {
    throw new AppError("bad-input", "Nobody serves the staging storage by HTTP", {
      hint: "Give the storage the address under which its files can be read, or use another one.",
    });
  }
  await checkLink({ url, headUrl: url }, file, clock, signal, onContentType);
  return { kind: "url", url };
}

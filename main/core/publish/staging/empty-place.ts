import { AppError } from "#core/lib/app-error.ts";
import type { StagingStore } from "#staging/staging-store.ts";

/** Cleaning is short and must not be cut off by a cancel, so it has a time limit of its own. */
const timeoutMs = 120_000;

/**
 * Removes an object and every unfinished upload of its prefix, then looks whether nothing is there. May be called
 * again. Throws what the store throws, or `staging-failed` when something is still there.
 */
export async function emptyPlace(
  store: StagingStore,
  place: { readonly key: string; readonly prefix: string },
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  await store.remove(place.key, signal);
  await store.abortUploads(place.prefix, signal);
  const objects = await store.list(place.prefix, signal);
  const uploads = await store.pendingUploads(place.prefix, signal);
  const left = [...objects, ...uploads].map(({ key }) => key);
  if (left.length === 0) return;
  throw new AppError("staging-failed", `The staging storage still holds ${left.join(", ")}`, {
    hint: "Retry the clean-up, or delete it by hand.",
    retry: "later",
    details: { left },
  });
}

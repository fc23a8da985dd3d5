import { AppError } from "#core/lib/app-error.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import type { StagingPlace } from "./staging-place.ts";

/** Cleaning is short and must not be cut off by a cancel, so it has a time limit of its own. */
const timeoutMs = 120_000;

/**
 * Removes the object and every unfinished upload of a place, then looks whether it is empty. May be called
 * again. Throws what the store throws, or `staging-failed` when something is still there.
 */
export async function cleanStaging(staging: StagingStore, place: StagingPlace): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  await staging.remove(place.key, signal);
  await staging.abortUploads(place.prefix, signal);
  const objects = await staging.list(place.prefix, signal);
  const uploads = await staging.pendingUploads(place.prefix, signal);
  const left = [...objects, ...uploads].map(({ key }) => key);
  if (left.length === 0) return;
  throw new AppError("staging-failed", `The staging storage still holds ${left.join(", ")}`, {
    hint: "Retry the clean-up, or delete it by hand.",
    retry: "later",
    details: { left },
  });
}

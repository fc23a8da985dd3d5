import { AppError } from "#core/lib/app-error.ts";
import { cleanText } from "#providers/http/clean-text.ts";
import type { RemoteImageState } from "#providers/provider.ts";
import type { OciAccount } from "./account.ts";
import type { WireImage, WireWorkRequest } from "./api.ts";
import { latestWorkRequest, workRequestErrors } from "./work-requests.ts";

/** Images have no description of their own; it rests in a tag. */
export const descriptionTag = "goldsmith-description";
const MiB = 1024 * 1024;

/** An image as the list tells it, without a look at its work requests. */
export function imageState(image: WireImage, account: OciAccount): RemoteImageState {
  const status = cleanText(image.lifecycleState);
  return {
    providerImageId: image.id,
    name: cleanText(image.displayName ?? ""),
    state: states[status] ?? "unknown",
    providerStatus: status,
    errorMessage: null,
    source: image.launchMode === null || image.launchMode === undefined ? null : cleanText(image.launchMode),
    regions: [account.region],
    sizeBytes: image.sizeInMBs === null || image.sizeInMBs === undefined ? null : image.sizeInMBs * MiB,
    progress: null,
    createdAt: image.timeCreated ?? null,
    description: image.freeformTags?.[descriptionTag] ?? null,
  };
}

/**
 * An image together with what its last work request says: how far it is and why it failed. A failed import
 * ends as DELETED; so does an image that somebody removed, and that is `not-found`.
 */
export async function followedState(
  image: WireImage,
  account: OciAccount,
  signal: AbortSignal,
): Promise<RemoteImageState> {
  const state = imageState(image, account);
  if (state.providerStatus === "AVAILABLE" || state.providerStatus === "DISABLED") return state;
  const request = await latestWorkRequest(account, image.id, signal);
  if (request?.status === "FAILED" || request?.status === "CANCELED") {
    // A failed export leaves the image as it was.
    if (state.state === "available") return state;
    const reason = await workRequestErrors(account, request.id, signal);
    const word = request.status === "FAILED" ? "failed" : "was cancelled";
    return {
      ...state,
      state: "error",
      errorMessage: reason ?? `The work request ${request.operationType} ${word} and names no reason`,
    };
  }
  if (state.state === "deleting") {
    throw new AppError("not-found", `The image ${state.name} was deleted`, { details: { processed: "no" } });
  }
  return { ...state, progress: progressOf(request) };
}

/** EXPORTING: it can be used meanwhile. DISABLED and words that are not known here are shown as they are. */
const states: Readonly<Record<string, RemoteImageState["state"]>> = {
  PROVISIONING: "creating",
  IMPORTING: "creating",
  AVAILABLE: "available",
  EXPORTING: "available",
  DELETED: "deleting",
};

function progressOf(request: WireWorkRequest | null): RemoteImageState["progress"] {
  const percent = request?.percentComplete;
  if (percent === null || percent === undefined) return null;
  return { done: Math.min(100, Math.max(0, Math.round(percent))), total: 100, unit: "percent" };
}

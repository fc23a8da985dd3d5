import { z } from "zod";
import type { JobContext } from "#core/job/job-context.ts";
import type { ProviderClient } from "#providers/provider.ts";
import { findByMarker } from "./register-step.ts";
import { remoteImageId, type RemoteImages } from "./remote/remote-images.ts";

const timeoutMs = 60_000;

/** Takes a registration back, also one of which only the marker is known. An available image is left alone. */
export async function unregister(
  context: JobContext,
  remoteImages: RemoteImages,
  accountId: string,
  open: () => Promise<ProviderClient>,
): Promise<void> {
  const marker = context.recall("marker", z.string().nullable());
  if (marker === null || context.recall("available", z.boolean()) === true) return;
  const provider = await open();
  const signal = AbortSignal.timeout(timeoutMs);
  const id =
    context.recall("registered", z.string().nullable()) ??
    (await findByMarker(provider, marker, signal))?.providerImageId ??
    null;
  if (id !== null && provider.deleteImage !== null) {
    await provider.deleteImage(id, signal);
    remoteImages.forget(remoteImageId(accountId, id));
  }
  await context.note("registered", null);
  await context.note("marker", null);
}

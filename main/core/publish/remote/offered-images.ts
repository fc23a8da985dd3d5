import type { ImageView } from "#contract/image.ts";
import { PublishResultSchema } from "#contract/publish.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import type { StateStore } from "#core/state-store.ts";
import type { ProviderClient, RemoteImageState } from "#providers/provider.ts";

export interface OfferedImage {
  readonly image: RemoteImageState;
  readonly publishedFrom: NonNullable<RemoteImage["publishedFrom"]>;
}

/** The images that an operator has made of files that were handed over: found by name, since no list has them. */
export async function findOffered(
  store: StateStore,
  accountId: string,
  provider: Pick<ProviderClient, "findOffered">,
  signal: AbortSignal,
): Promise<OfferedImage[]> {
  const { findOffered: find } = provider;
  if (find === undefined) return [];
  const found = new Map<string, OfferedImage>();
  for (const { id: jobId, kind, status, subject, result } of Object.values(store.state.jobs)) {
    if (kind !== "publish" || status !== "succeeded" || subject.accountId !== accountId) continue;
    const parsed = PublishResultSchema.safeParse(result);
    if (!parsed.success || parsed.data.handOff === null) continue;
    const { handOff } = parsed.data;
    const stem = handOff.fileName.replace(/\.[^.]+$/, "");
    // An operator may leave the name that the panel proposes, which is the file's.
    const image = (await find(handOff, signal)) ?? (await find({ ...handOff, name: stem }, signal));
    if (image === null) continue;
    const imageId = subject.imageId ?? "";
    const view: ImageView | undefined = store.state.images[imageId];
    const publishedFrom = { imageId, jobId, sha256: view?.sha256 ?? parsed.data.sha256 };
    found.set(image.providerImageId, { image, publishedFrom });
  }
  return [...found.values()];
}

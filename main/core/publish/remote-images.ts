import type { RemoteImage } from "#contract/account.ts";
import type { StateStore } from "#core/state-store.ts";
import type { RemoteImageState } from "#providers/provider.ts";

export const remoteImageId = (accountId: string, providerImageId: string): string =>
  `${accountId}/${providerImageId}`;

/** Puts one image as the provider just told it into the state. */
export function showRemoteImage(
  store: StateStore,
  accountId: string,
  image: RemoteImageState,
  seenAt: string,
): void {
  const { description: _, regions, ...rest } = image;
  const id = remoteImageId(accountId, image.providerImageId);
  const shown: RemoteImage = { id, accountId, ...rest, regions: [...regions], seenAt };
  store.put("remoteImages", id, shown);
}

/** Makes the state show exactly these images of the account. */
export function showRemoteImages(
  store: StateStore,
  accountId: string,
  images: readonly RemoteImageState[],
  seenAt: string,
): void {
  const listed = new Set(images.map((image) => remoteImageId(accountId, image.providerImageId)));
  for (const image of imagesOf(store, accountId)) {
    if (!listed.has(image.id)) store.remove("remoteImages", image.id);
  }
  for (const image of images) showRemoteImage(store, accountId, image, seenAt);
}

export function forgetRemoteImages(store: StateStore, accountId: string): void {
  for (const image of imagesOf(store, accountId)) store.remove("remoteImages", image.id);
}

const imagesOf = (store: StateStore, accountId: string): RemoteImage[] =>
  Object.values(store.state.remoteImages).filter((image) => image.accountId === accountId);

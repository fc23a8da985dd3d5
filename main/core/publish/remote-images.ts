import type { RemoteImage } from "#contract/remote-image.ts";
import type { StateStore } from "#core/state-store.ts";
import type { RemoteImageState } from "#providers/provider.ts";

export const remoteImageId = (accountId: string, providerImageId: string): string =>
  `${accountId}/${providerImageId}`;

/** How much of an image's past is kept. */
const longestHistory = 100;

/** Puts one image as the provider just told it into the state. */
export function showRemoteImage(
  store: StateStore,
  accountId: string,
  image: RemoteImageState,
  seenAt: string,
): void {
  const { regions, ...rest } = image;
  const id = remoteImageId(accountId, image.providerImageId);
  const before = store.state.remoteImages[id];
  store.put("remoteImages", id, {
    id,
    accountId,
    ...rest,
    regions: [...regions],
    seenAt,
    history: historyWith(before?.history ?? [], image, seenAt),
    publishedFrom: before?.publishedFrom ?? null,
  });
}

/** A change is an event; what stays the same is none. */
function historyWith(
  history: RemoteImage["history"],
  image: RemoteImageState,
  at: string,
): RemoteImage["history"] {
  const { state, providerStatus } = image;
  const message = image.errorMessage ?? "";
  const last = history.at(-1);
  const same = last?.state === state && last.providerStatus === providerStatus && last.message === message;
  return same ? history : [...history, { at, state, providerStatus, message }].slice(-longestHistory);
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

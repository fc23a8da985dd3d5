import { join } from "node:path";
import { z } from "zod";
import { RemoteImageSchema, type RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import type { RemoteImageState } from "#providers/provider.ts";

export const remoteImageId = (accountId: string, providerImageId: string): string =>
  `${accountId}/${providerImageId}`;

/** The images of all accounts as last seen, with what was seen of them before. */
export interface RemoteImages {
  load(): Promise<void>;
  all(): RemoteImage[];
  /** Puts one image as the provider just told it into the state. */
  show(accountId: string, image: RemoteImageState, publishedFrom?: RemoteImage["publishedFrom"]): void;
  /** Makes the state show exactly these images of the account. */
  showAll(accountId: string, images: readonly RemoteImageState[]): void;
  forget(id: string): void;
  forgetAccount(accountId: string): void;
  /** Writes what is not on the disk yet. */
  close(): Promise<void>;
}

/** `<data>/remote-images.json`, version 1. */
const FileSchema = z.object({ version: z.literal(1), images: z.array(RemoteImageSchema) });

/** How much of an image's past is kept, and of how many images; the ones seen last. */
const longestHistory = 100;
const mostImages = 5_000;
/** States change every few seconds while an import runs; what a crash loses is asked for again. */
const writeAfterMs = 300;

export function createRemoteImages(deps: { ports: Ports; store: StateStore }): RemoteImages {
  const { ports, store } = deps;
  const path = join(ports.directories.data, "remote-images.json");
  let timer: NodeJS.Timeout | null = null;
  let tail: Promise<void> = Promise.resolve();

  const all = (): RemoteImage[] => Object.values(store.state.remoteImages);
  const ofAccount = (accountId: string): RemoteImage[] =>
    all().filter((image) => image.accountId === accountId);

  function write(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    tail = tail
      .then(() => {
        const images = all()
          .toSorted((a, b) => b.seenAt.localeCompare(a.seenAt))
          .slice(0, mostImages);
        return writeJson(path, { version: 1, images }, 0o600);
      })
      .catch((error: unknown) => {
        ports.log.warn("remote images could not be written down", { error: String(error) });
      });
    return tail;
  }
  function writeSoon(): void {
    timer ??= setTimeout(() => void write(), writeAfterMs).unref();
  }

  function forget(id: string): void {
    store.remove("remoteImages", id);
    writeSoon();
  }

  function show(
    accountId: string,
    image: RemoteImageState,
    publishedFrom: RemoteImage["publishedFrom"] = null,
  ): void {
    const { regions, ...rest } = image;
    const id = remoteImageId(accountId, image.providerImageId);
    const before = store.state.remoteImages[id];
    const seenAt = ports.clock.nowIso();
    store.put("remoteImages", id, {
      id,
      accountId,
      ...rest,
      regions: [...regions],
      seenAt,
      history: historyWith(before?.history ?? [], image, seenAt),
      publishedFrom: publishedFrom ?? before?.publishedFrom ?? null,
    });
    writeSoon();
  }

  return {
    all,
    show,
    forget,

    async load() {
      try {
        const file = await readJson(path, FileSchema);
        for (const image of file?.images ?? []) store.put("remoteImages", image.id, image);
      } catch (error) {
        // Everything but the past is asked for again; a damaged file must not keep the app from starting.
        ports.log.warn("remote images could not be read", { error: AppError.from(error).message });
      }
    },

    showAll(accountId, images) {
      const listed = new Set(images.map((image) => remoteImageId(accountId, image.providerImageId)));
      for (const { id } of ofAccount(accountId)) if (!listed.has(id)) forget(id);
      for (const image of images) show(accountId, image);
    },

    forgetAccount(accountId) {
      for (const { id } of ofAccount(accountId)) forget(id);
    },

    close: () => (timer === null ? tail : write()),
  };
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

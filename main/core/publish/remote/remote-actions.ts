import type { z } from "zod";
import type {
  LaunchedSchema,
  LaunchOptions,
  LaunchRequestSchema,
  RemoteImage,
} from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Clock } from "#ports/ports.ts";
import type { ProviderClient } from "#providers/provider.ts";
import type { Accounts } from "#core/publish/accounts/accounts.ts";
import type { RemoteImages } from "./remote-images.ts";

/** What can be done with an image in an account. */
export interface RemoteActions {
  rename(
    id: string,
    change: { name: string; description?: string | undefined },
    signal: AbortSignal,
  ): Promise<void>;
  /** Asks for one more region; the image tells it when it is there. */
  transfer(id: string, region: string, signal: AbortSignal): Promise<void>;
  /** Refused unless `typedName` is the image's name. */
  delete(id: string, typedName: string, signal: AbortSignal): Promise<void>;
  launchOptions(id: string, signal: AbortSignal): Promise<LaunchOptions>;
  launch(
    request: z.output<typeof LaunchRequestSchema>,
    signal: AbortSignal,
  ): Promise<z.output<typeof LaunchedSchema>>;
}

const looks = 5;
const lookPauseMs = 1_000;

export function createRemoteActions(deps: {
  store: StateStore;
  accounts: Pick<Accounts, "open">;
  remoteImages: RemoteImages;
  clock: Clock;
}): RemoteActions {
  const { store, accounts, remoteImages, clock } = deps;

  async function open(id: string): Promise<{ image: RemoteImage; provider: ProviderClient }> {
    const image = store.state.remoteImages[id];
    if (image === undefined) {
      throw new AppError("not-found", `There is no remote image ${id}`, { hint: "Refresh its account." });
    }
    return { image, provider: (await accounts.open(image.accountId)).provider };
  }

  /** Looks once more, so that the state shows what the provider made of it. */
  async function look({ image, provider }: Awaited<ReturnType<typeof open>>, signal: AbortSignal) {
    const seen = await provider.getImage(image.providerImageId, signal);
    remoteImages.show(image.accountId, seen);
  }

  /** Some providers take a while; until the image is gone it is shown as deleting, in the provider's own word. */
  async function untilGone({ image, provider }: Awaited<ReturnType<typeof open>>, signal: AbortSignal) {
    for (let look = 1; ; look++) {
      const seen = await provider.getImage(image.providerImageId, signal).catch((error: unknown) => {
        if (AppError.from(error).code === "not-found") return null;
        throw error;
      });
      if (seen === null) return remoteImages.forget(image.id);
      remoteImages.show(image.accountId, { ...seen, state: "deleting" });
      if (look === looks) return;
      await clock.sleep(lookPauseMs, signal);
    }
  }

  return {
    async rename(id, { name, description }, signal) {
      const opened = await open(id);
      const { image, provider } = opened;
      if (provider.renameImage === null) throw cannot(provider, "rename images");
      await provider.renameImage(image.providerImageId, { name, description: description ?? null }, signal);
      await look(opened, signal);
    },

    async transfer(id, region, signal) {
      const opened = await open(id);
      const { image, provider } = opened;
      if (provider.transferImage === null) throw cannot(provider, "copy an image to another region");
      if (image.regions.includes(region)) return;
      await provider.transferImage(image.providerImageId, region, signal);
      await look(opened, signal);
    },

    async delete(id, typedName, signal) {
      const opened = await open(id);
      const { image, provider } = opened;
      if (provider.deleteImage === null) throw cannot(provider, "delete images");
      if (typedName !== image.name) {
        throw new AppError("bad-input", `The typed name is not ${image.name}`, {
          hint: "Type the image's name to delete it. That cannot be taken back.",
        });
      }
      await provider.deleteImage(image.providerImageId, signal);
      await untilGone(opened, signal);
    },

    async launchOptions(id, signal) {
      const { image, provider } = await open(id);
      if (provider.launchOptions === null) throw cannot(provider, "be asked to start an instance");
      return provider.launchOptions(image.providerImageId, signal);
    },

    async launch({ remoteImageId, ...request }, signal) {
      const { image, provider } = await open(remoteImageId);
      if (provider.launch === null) throw cannot(provider, "be asked to start an instance");
      const { mode, name, keyIds, userData } = request;
      const optional = {
        region: request.region ?? null,
        size: request.size ?? null,
        publicKey: request.publicKey ?? null,
        instanceId: request.instanceId ?? null,
        network: request.network ?? null,
        zone: request.zone ?? null,
      };
      const launch = { mode, name, keyIds, userData, ...optional };
      return provider.launch(image.providerImageId, launch, signal);
    },
  };
}

const cannot = (provider: ProviderClient, what: string): AppError =>
  new AppError("bad-input", `${provider.manifest.name} cannot ${what} through its interface`, {
    hint: "Do it in the provider's own panel.",
  });

import type { ParsedInputOf } from "#contract/contract.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import type { Compartment, CompatibleShape, Instance } from "#contract/remote-special.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Accounts } from "#core/publish/accounts/accounts.ts";
import type { StateStore } from "#core/state-store.ts";
import { manifests } from "#providers/manifests.ts";
import type { ProviderClient } from "#providers/provider.ts";
import { remoteImageId, type RemoteImages } from "./remote-images.ts";

/** What single providers have beside what all can. `bad-input` where the account's provider does not declare it. */
export interface SpecialActions {
  /** Answers the provider's id of the work; the image shows meanwhile what the provider makes of it. */
  exportImage(input: ParsedInputOf<"remote.export">, signal: AbortSignal): Promise<string>;
  shapes(id: string, signal: AbortSignal): Promise<CompatibleShape[]>;
  setShape(id: string, shape: CompatibleShape, signal: AbortSignal): Promise<void>;
  removeShape(id: string, shape: string, signal: AbortSignal): Promise<void>;
  compartments(id: string, signal: AbortSignal): Promise<Compartment[]>;
  /** Lists the account anew, so that the state shows the image only where it still belongs. */
  move(id: string, compartmentId: string, signal: AbortSignal): Promise<void>;
  instances(accountId: string, signal: AbortSignal): Promise<Instance[]>;
  /** Answers the id of the new remote image. */
  capture(input: ParsedInputOf<"accounts.capture">, signal: AbortSignal): Promise<string>;
  mountIso(input: ParsedInputOf<"accounts.mountIso">, signal: AbortSignal): Promise<void>;
}

type Special = "exportImage" | "shapes" | "compartments" | "instances";

export function createSpecialActions(deps: {
  store: StateStore;
  accounts: Pick<Accounts, "open" | "refresh">;
  remoteImages: RemoteImages;
}): SpecialActions {
  const { store, accounts, remoteImages } = deps;

  async function open(id: string): Promise<{ image: RemoteImage; provider: ProviderClient }> {
    const image = store.state.remoteImages[id];
    if (image === undefined) {
      throw new AppError("not-found", `There is no remote image ${id}`, { hint: "Refresh its account." });
    }
    return { image, provider: (await accounts.open(image.accountId)).provider };
  }

  async function instancesOf(accountId: string) {
    return special((await accounts.open(accountId)).provider, "instances");
  }

  return {
    async exportImage({ remoteImageId: id, bucket, object, format }, signal) {
      const { image, provider } = await open(id);
      const exportImage = special(provider, "exportImage");
      const destination = { kind: "object" as const, namespace: null, bucket, object };
      const workRequestId = await exportImage(image.providerImageId, destination, format, signal);
      remoteImages.show(image.accountId, await provider.getImage(image.providerImageId, signal));
      return workRequestId;
    },

    async shapes(id, signal) {
      const { image, provider } = await open(id);
      return special(provider, "shapes").list(image.providerImageId, signal);
    },

    async setShape(id, shape, signal) {
      const { image, provider } = await open(id);
      await special(provider, "shapes").put(image.providerImageId, shape, signal);
    },

    async removeShape(id, shape, signal) {
      const { image, provider } = await open(id);
      await special(provider, "shapes").remove(image.providerImageId, shape, signal);
    },

    async compartments(id, signal) {
      return special((await open(id)).provider, "compartments").list(signal);
    },

    async move(id, compartmentId, signal) {
      const { image, provider } = await open(id);
      await special(provider, "compartments").move(image.providerImageId, compartmentId, signal);
      await accounts.refresh(image.accountId, signal);
    },

    async instances(accountId, signal) {
      return (await instancesOf(accountId)).list(signal);
    },

    async capture({ accountId, instanceId, name, type, cloudInit }, signal) {
      const instances = await instancesOf(accountId);
      const request = { instanceId, name, type: type ?? null, cloudInit: cloudInit ?? null };
      const image = await instances.capture(request, signal);
      remoteImages.show(accountId, image);
      return remoteImageId(accountId, image.providerImageId);
    },

    async mountIso({ accountId, instanceId, url, device }, signal) {
      const instances = await instancesOf(accountId);
      if (url === null) await instances.ejectIso(instanceId, device, signal);
      else await instances.insertIso(instanceId, { url, device }, signal);
    },
  };
}

const words: Readonly<Record<Special, { cannot: string; declares: (can: Capabilities) => boolean }>> = {
  exportImage: { cannot: "export an image into object storage", declares: (can) => can.exportImage },
  shapes: { cannot: "limit an image to certain shapes", declares: (can) => can.shapes },
  compartments: { cannot: "move an image to another compartment", declares: (can) => can.compartments },
  instances: {
    cannot: "list instances, capture one as an image or give it an ISO",
    declares: (can) => can.captureImage,
  },
};

/** The provider's calls of this kind. Throws `bad-input`, and names who has them, when it has none. */
function special<N extends Special>(provider: ProviderClient, name: N): NonNullable<ProviderClient[N]> {
  const calls = provider[name];
  if (calls !== null) return calls;
  const { cannot, declares } = words[name];
  const able = manifests.filter(({ capabilities }) => declares(capabilities)).map((each) => each.name);
  throw new AppError("bad-input", `${provider.manifest.name} cannot ${cannot} through its interface`, {
    hint: `${able.join(" and ")} can.`,
    details: { processed: "no" },
  });
}

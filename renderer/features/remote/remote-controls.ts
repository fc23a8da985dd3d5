import type { ProviderInfo } from "#contract/provider-info.ts";
import type { RemoteImage } from "#contract/remote-image.ts";

/** Why each thing cannot be done now; null: it can. */
export interface RemoteControls {
  readonly rename: string | null;
  readonly transfer: string | null;
  readonly launch: string | null;
  readonly exportImage: string | null;
  readonly move: string | null;
  readonly remove: string | null;
}

export function remoteControls(
  { state }: Pick<RemoteImage, "state">,
  { name, capabilities }: Pick<ProviderInfo, "name" | "capabilities">,
): RemoteControls {
  const gone = state === "deleting" ? "It is being deleted" : null;
  const notYet = state === "available" ? null : "Only an available image; wait for the import";
  return {
    rename: capabilities.renameImage ? gone : `${name} has no call that renames an image`,
    transfer: capabilities.transferImage
      ? (gone ?? notYet)
      : `${name} has no call that brings an image to more regions`,
    launch: capabilities.launch ? (gone ?? notYet) : `${name} has no call that launches an instance from it`,
    exportImage: capabilities.exportImage
      ? (gone ?? notYet)
      : `${name} has no call that exports an image into object storage`,
    move: capabilities.compartments
      ? (gone ?? notYet)
      : `${name} has no call that moves an image to another compartment`,
    remove: capabilities.deleteImage ? gone : `${name} has no call that deletes an image`,
  };
}

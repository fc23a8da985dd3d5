import { LaunchRequestSchema, type LaunchOptions, type LaunchRequest } from "#contract/remote-image.ts";

export interface LaunchDraft {
  mode: "create" | "reinstall";
  name: string;
  region: string;
  size: string;
  keyIds: readonly string[];
  publicKey: string;
  userData: string;
  instanceId: string;
  network: string;
  zone: string;
}

/** The first of everything, so that one click is enough where there is no choice. */
export const newLaunchDraft = (name: string, options: LaunchOptions): LaunchDraft => ({
  mode: options.modes[0] ?? "create",
  name,
  region: options.regions[0] ?? "",
  size: options.sizes[0]?.id ?? "",
  keyIds: options.keys.length === 1 ? options.keys.map(({ id }) => id) : [],
  publicKey: "",
  userData: "",
  instanceId: "",
  network: options.networks[0]?.id ?? "",
  zone: options.zones[0] ?? "",
});

/** Why it cannot be launched yet; null: it can. */
export function launchHeldBack(draft: LaunchDraft, options: LaunchOptions): string | null {
  if (draft.mode === "reinstall") {
    return draft.instanceId === "" ? "Choose the instance whose disk is replaced" : null;
  }
  if (draft.name.trim() === "") return "A name is needed";
  const noKey = draft.keyIds.length === 0 && draft.publicKey.trim() === "";
  if (!options.keyOptional && noKey) return "The provider wants at least one SSH key";
  if (draft.publicKey.trim() !== "" && !/^(ssh-|ecdsa-|sk-)\S+ \S/.test(draft.publicKey.trim())) {
    return "That is no public key in OpenSSH's form";
  }
  return null;
}

export function launchRequest(remoteImageId: string, draft: LaunchDraft): LaunchRequest {
  const some = (key: "region" | "size" | "publicKey" | "network" | "zone") =>
    draft[key].trim() === "" ? {} : { [key]: draft[key].trim() };
  const reinstall = draft.mode === "reinstall";
  return LaunchRequestSchema.parse({
    remoteImageId,
    mode: draft.mode,
    name: draft.name.trim() || draft.instanceId,
    keyIds: [...draft.keyIds],
    userData: draft.userData,
    ...some("publicKey"),
    ...(reinstall
      ? { instanceId: draft.instanceId }
      : { ...some("region"), ...some("size"), ...some("network"), ...some("zone") }),
  });
}

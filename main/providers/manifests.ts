import { manifest as digitalOcean } from "./digitalocean/manifest.ts";
import type { ProviderManifest } from "./provider.ts";

/** The providers that have an adapter, in the order in which a window shows them. */
export const manifests: readonly ProviderManifest[] = [digitalOcean];

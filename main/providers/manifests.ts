import { manifest as contabo } from "./contabo/manifest.ts";
import { manifest as digitalOcean } from "./digitalocean/manifest.ts";
import { manifest as fybe } from "./fybe/manifest.ts";
import { manifest as hypervisorIo } from "./hypervisor-io/manifest.ts";
import { manifest as oci } from "./oci/manifest.ts";
import type { ProviderManifest } from "./provider.ts";

/** The providers that have an adapter, in the order in which a window shows them. */
export const manifests: readonly ProviderManifest[] = [digitalOcean, contabo, fybe, oci, hypervisorIo];

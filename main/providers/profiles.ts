import type { ProviderId } from "#contract/finding.ts";
import { profile as contabo } from "./contabo/profile.ts";
import { profile as digitalocean } from "./digitalocean/profile.ts";
import { profile as fybe } from "./fybe/profile.ts";
import { profile as hypervisorIo } from "./hypervisor-io/profile.ts";
import { profile as kvm } from "./kvm/profile.ts";
import { profile as oci } from "./oci/profile.ts";
import type { ProviderProfile } from "./profile.ts";

/** What every provider accepts. */
export const profiles: Readonly<Record<ProviderId, ProviderProfile>> = {
  digitalocean,
  contabo,
  fybe,
  oci,
  "hypervisor-io": hypervisorIo,
  kvm,
};

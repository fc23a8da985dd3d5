import type { ProviderId } from "./finding.ts";

/** What people call the providers, in the order in which they are shown. */
export const providerNames: Readonly<Record<ProviderId, string>> = {
  digitalocean: "DigitalOcean",
  contabo: "Contabo",
  fybe: "Fybe",
  oci: "Oracle OCI",
  "hypervisor-io": "Hypervisor.io",
  kvm: "Any KVM cloud",
};
export const providerIds = Object.keys(providerNames) as ProviderId[];

import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createContabo } from "./contabo/provider.ts";
import { createDigitalOcean } from "./digitalocean/provider.ts";
import { createFybe } from "./fybe/provider.ts";
import { createHypervisorIo } from "./hypervisor-io/provider.ts";
import { createOci } from "./oci/provider.ts";
import type { ClientOptions, CreateClient, ProviderAccess, ProviderClient } from "./provider.ts";

const clients: Readonly<Partial<Record<ProviderId, CreateClient>>> = {
  digitalocean: createDigitalOcean,
  contabo: createContabo,
  fybe: createFybe,
  oci: createOci,
  "hypervisor-io": createHypervisorIo,
};

/** The client of an account. A provider without an adapter is refused in words. */
export function createProviderClient(
  provider: ProviderId,
  access: ProviderAccess,
  options: ClientOptions,
): ProviderClient {
  const create = clients[provider];
  if (create !== undefined) return create(access, options);
  throw new AppError("bad-input", `Goldsmith cannot publish to ${provider}`, {
    hint: "Publish to an account of a provider that is named in the list of accounts.",
  });
}

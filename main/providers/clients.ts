import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { createDigitalOcean } from "./digitalocean/provider.ts";
import type { ProviderAccess, ProviderClient } from "./provider.ts";

/** The client of an account. Providers without an adapter yet are refused in words. */
export function createProviderClient(
  provider: ProviderId,
  options: ProviderAccess & { readonly clock: Clock },
): ProviderClient {
  if (provider === "digitalocean") {
    const { apiBase, clock, fields } = options;
    return createDigitalOcean({ apiBase, clock, token: fields["token"] ?? "" });
  }
  throw new AppError("bad-input", `This version of Goldsmith cannot publish to ${provider}`, {
    hint: "Update Goldsmith, or publish to a DigitalOcean account.",
  });
}

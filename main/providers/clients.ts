import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { createDigitalOcean } from "./digitalocean/provider.ts";
import type { ProviderClient } from "./provider.ts";

/** The client of an account. Providers without an adapter yet are refused in words. */
export function createProviderClient(
  provider: ProviderId,
  options: { apiBase: string; token: string; clock: Clock },
): ProviderClient {
  if (provider === "digitalocean") return createDigitalOcean(options);
  throw new AppError("bad-input", `This version of Goldsmith cannot publish to ${provider}`, {
    hint: "Update Goldsmith, or publish to a DigitalOcean account.",
  });
}

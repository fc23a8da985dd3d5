import { capabilities, credentialFields, scopes, type Platform } from "#providers/contabo/platform.ts";
import type { ProviderManifest } from "#providers/provider.ts";

/** The realm as the publisher's tool writes it; the document's text has `Fybe`, and Keycloak minds the case. */
const tokenUrl = "https://airlock.fybe.com/auth/realms/fybe/protocol/openid-connect/token";

/** Formats and limits: "Using Custom Images", Fybe documentation. The rest: fybecom/fybe openapi.yaml. */
export const manifest: ProviderManifest = {
  id: "fybe",
  name: "Fybe",
  defaultApiBase: "https://api.fybe.com",
  defaultRegion: "us-east-1",
  regions: ["us-east-1", "us-central-1", "us-west-1", "eu-central-1", "eu-west-1", "ap-southeast-1"],
  scopes,
  fields: credentialFields("the Fybe Cockpit, under Security", tokenUrl),
  capabilities,
  price: null,
};

export const platform: Platform = {
  manifest,
  tokenUrl,
  customImageAddOn: false,
  products: [
    ["V1", "S-0.5 NVMe"],
    ["V2", "S-1 NVMe"],
    ["V3", "S-2 NVMe"],
    ["V4", "S-4 NVMe"],
    ["V5", "S-8 NVMe"],
    ["V10", "S-1 SSD"],
    ["V11", "S-2 SSD"],
    ["V12", "S-4 SSD"],
    ["V16", "GP-4"],
    ["V17", "GP-8"],
    ["V18", "GP-16"],
    ["V21", "CO-2"],
    ["V22", "CO-4"],
    ["V27", "MO-8"],
    ["V28", "MO-16"],
  ].map(([id = "", text = ""]) => ({ id, text: `${text}; monthly contract` })),
};

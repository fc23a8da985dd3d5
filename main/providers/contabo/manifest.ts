import type { ProviderManifest } from "#providers/provider.ts";
import { capabilities, credentialFields, scopes, type Platform } from "./platform.ts";

const tokenUrl = "https://auth.contabo.com/auth/realms/contabo/protocol/openid-connect/token";

/** Formats and limits: "Using Custom Images", Contabo documentation. The rest: contabo/cntb openapi.yaml. */
export const manifest: ProviderManifest = {
  id: "contabo",
  name: "Contabo",
  defaultApiBase: "https://api.contabo.com",
  /** Of instances; an image is available at every location. */
  defaultRegion: "EU",
  regions: ["EU", "US-central", "US-east", "US-west", "SIN", "UK", "AUS", "JPN", "IND"],
  scopes,
  fields: credentialFields("Contabo's Customer Control Panel, under API", tokenUrl),
  capabilities,
  /** A paid add-on whose price is not in the documentation. */
  price: null,
};

export const platform: Platform = {
  manifest,
  tokenUrl,
  customImageAddOn: true,
  products: [
    ["V92", "VPS 10 SSD, 150 GB SSD"],
    ["V91", "VPS 10 NVMe, 75 GB NVMe"],
    ["V95", "VPS 20 SSD, 200 GB SSD"],
    ["V94", "VPS 20 NVMe, 100 GB NVMe"],
    ["V98", "VPS 30 SSD, 400 GB SSD"],
    ["V97", "VPS 30 NVMe, 200 GB NVMe"],
    ["V101", "VPS 40 SSD, 500 GB SSD"],
    ["V100", "VPS 40 NVMe, 250 GB NVMe"],
    ["V104", "VPS 50 SSD, 600 GB SSD"],
    ["V103", "VPS 50 NVMe, 300 GB NVMe"],
    ["V107", "VPS 60 SSD, 700 GB SSD"],
    ["V106", "VPS 60 NVMe, 350 GB NVMe"],
    ["V8", "VDS S, 180 GB NVMe"],
    ["V9", "VDS M, 240 GB NVMe"],
    ["V10", "VDS L, 360 GB NVMe"],
    ["V11", "VDS XL, 480 GB NVMe"],
    ["V16", "VDS XXL, 720 GB NVMe"],
  ].map(([id = "", text = ""]) => ({ id, text: `${text}; monthly contract` })),
};

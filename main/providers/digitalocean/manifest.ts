import type { ProviderManifest } from "#providers/provider.ts";

/** Formats, archives and HEAD: "Custom Images Limits" and the API reference of POST /v2/images. */
export const manifest: ProviderManifest = {
  id: "digitalocean",
  name: "DigitalOcean",
  defaultApiBase: "https://api.digitalocean.com",
  defaultRegion: "nyc3",
  /** The enum `region_slug` of the OpenAPI document; it lags behind the service. */
  regions: "ams2 ams3 blr1 fra1 lon1 nyc1 nyc2 nyc3 sfo1 sfo2 sfo3 sgp1 syd1 tor1".split(" "),
  scopes: ["image:create", "image:read", "image:update", "image:delete"],
  fields: [
    {
      name: "token",
      label: "API token",
      hint:
        "A custom-scoped token with image:create, read, update and delete. To start Droplets it also needs " +
        "droplet:create, ssh_key:read, sizes:read and regions:read.",
      kind: "secret",
      required: true,
      choices: [],
      initial: "",
    },
  ],
  capabilities: {
    ingest: ["url"],
    formats: ["raw", "qcow2", "vhdx", "vdi", "vmdk"],
    archives: ["gzip", "bzip2"],
    fetchSendsHead: true,
    /** A link signed for GET answers HEAD with 403 on Ceph's RGW; a link for both there is none. */
    takesSignedLink: false,
    deleteImage: true,
    renameImage: true,
    transferImage: true,
    launch: true,
    quota: false,
    exportImage: false,
    shapes: false,
    compartments: false,
    captureImage: false,
    importProgress: false,
  },
  /** "$0.06 per GB per month"; further regions cost nothing. */
  price: { currency: "USD", perGbMonth: 0.06, source: "Custom Images Pricing, DigitalOcean documentation" },
};

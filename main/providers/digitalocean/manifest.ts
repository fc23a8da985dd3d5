import type { ProviderManifest } from "#providers/provider.ts";

/** Formats, archives and HEAD: "Custom Images Limits" and the API reference of POST /v2/images. */
export const manifest: ProviderManifest = {
  id: "digitalocean",
  name: "DigitalOcean",
  defaultApiBase: "https://api.digitalocean.com",
  defaultRegion: "nyc3",
  /** Datacentres that take custom images, as the API document lists them. */
  regions: ["nyc1", "nyc2", "nyc3", "sfo2", "sfo3", "tor1", "ams3", "fra1", "lon1", "blr1", "sgp1", "syd1"],
  scopes: ["image:create", "image:read", "image:delete"],
  fields: [
    {
      name: "token",
      label: "API token",
      hint: "",
      kind: "secret",
      required: true,
      choices: [],
      initial: "",
    },
  ],
  price: null,
  capabilities: {
    ingest: ["url"],
    formats: ["raw", "qcow2", "vhdx", "vdi", "vmdk"],
    archives: ["gzip", "bzip2"],
    fetchSendsHead: true,
    takesSignedLink: false,
    deleteImage: true,
    renameImage: false,
    transferImage: false,
    launch: false,
    quota: false,
    exportImage: false,
    shapes: false,
    captureImage: false,
    importProgress: false,
  },
};

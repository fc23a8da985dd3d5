import type { ProviderManifest } from "#providers/provider.ts";

/** Formats, archives and HEAD: "Custom Images Limits" and the API reference of POST /v2/images. */
export const manifest: ProviderManifest = {
  id: "digitalocean",
  name: "DigitalOcean",
  defaultApiBase: "https://api.digitalocean.com",
  defaultRegion: "nyc3",
  scopes: ["image:create", "image:read", "image:delete"],
  capabilities: {
    ingest: ["url"],
    formats: ["raw", "qcow2", "vhdx", "vdi", "vmdk"],
    archives: ["gzip", "bzip2"],
    fetchSendsHead: true,
    deleteImage: true,
  },
};

import type { ProviderManifest } from "#providers/provider.ts";

/**
 * "Instance Images", Hypervisor.io documentation; hypervisor-io/terraform-provider-iaas for what its API offers. A
 * panel belongs to an operator: address, locations, plans and prices are the operator's. There is no call by which a
 * customer's own file becomes an image.
 */
export const manifest: ProviderManifest = {
  id: "hypervisor-io",
  name: "Hypervisor.io",
  defaultApiBase: null,
  defaultRegion: null,
  regions: [],
  scopes: ["images.view", "images.manage", "images.delete"],
  fields: [
    {
      name: "token",
      label: "API token",
      hint: "Made in the panel under API tokens. It may be bound to the address that this computer has on the Internet.",
      kind: "secret",
      required: true,
      choices: [],
      initial: "",
    },
    {
      name: "adminToken",
      label: "Admin API token",
      hint: "Only if you are the operator: it is used to read, never to change anything, so that a registration is seen.",
      kind: "secret",
      required: false,
      choices: [],
      initial: "",
    },
  ],
  capabilities: {
    ingest: ["operator-hand-off"],
    formats: ["qcow2", "raw", "iso9660"],
    archives: [],
    fetchSendsHead: false,
    takesSignedLink: false,
    deleteImage: true,
    renameImage: false,
    transferImage: false,
    launch: true,
    quota: false,
    exportImage: false,
    shapes: false,
    compartments: false,
    captureImage: true,
    importProgress: false,
  },
  /** Per GB and month, prorated to the hour; every operator sets an own price. */
  price: null,
};

import type { ProviderManifest } from "#providers/provider.ts";

/**
 * Ingest, formats and progress: "Importing and Exporting Custom Images" and the API reference of CreateImage.
 * Policies: "Common Policies" and "Details for the Core Services" of the IAM documentation.
 */
export const manifest: ProviderManifest = {
  id: "oci",
  name: "Oracle Cloud Infrastructure",
  // Its services have a host each; another realm or a test server is typed in here.
  defaultApiBase: "https://{service}.{region}.oraclecloud.com",
  // An account lives in the one region that its form asks for.
  defaultRegion: null,
  regions: [],
  scopes: [
    "Allow group <group> to manage instance-images in compartment <compartment>",
    "Allow group <group> to manage objects in compartment <compartment> where target.bucket.name = '<bucket>'",
    "Allow group <group> to manage compute-image-capability-schema in compartment <compartment> (images that boot by UEFI)",
    "Allow group <group> to manage buckets in compartment <compartment> where request.permission = 'PAR_MANAGE' (a link to the staged image: federated users need it)",
    "Allow group <group> to manage instance-family in compartment <compartment> (to launch)",
    "Allow group <group> to use virtual-network-family in compartment <compartment> (to launch)",
  ],
  fields: [
    field("tenancy", "Tenancy OCID", "text", true, "“Tenancy: …” in the console's profile menu."),
    field("user", "User OCID", "text", false, "Not needed with a session token."),
    field(
      "fingerprint",
      "Key fingerprint",
      "text",
      false,
      "As the console shows it; checked against the key.",
    ),
    field(
      "privateKey",
      "Private API key (PEM)",
      "secret-file",
      true,
      "The key whose public half is uploaded.",
    ),
    field("passphrase", "Passphrase of the key", "secret", false, "Only for an encrypted key."),
    field("securityToken", "Session token", "secret-file", false, "Of `oci session authenticate`; one hour."),
    field("region", "Region", "text", true, "Images and buckets live in one region.", "us-ashburn-1"),
    field("compartment", "Compartment OCID", "text", false, "Empty: the root compartment."),
  ],
  capabilities: {
    ingest: ["own-object-storage", "url"],
    formats: ["qcow2", "vmdk"],
    archives: [],
    fetchSendsHead: false,
    takesSignedLink: true,
    deleteImage: true,
    renameImage: true,
    transferImage: false,
    launch: true,
    quota: false,
    exportImage: true,
    shapes: true,
    compartments: true,
    captureImage: false,
    importProgress: true,
  },
  // "You are charged for stored images, as shown in the Cloud Price List": no figure is published there as text.
  price: null,
};

function field(
  name: string,
  label: string,
  kind: ProviderManifest["fields"][number]["kind"],
  required: boolean,
  hint: string,
  initial = "",
): ProviderManifest["fields"][number] {
  return { name, label, kind, required, hint, initial, choices: [] };
}

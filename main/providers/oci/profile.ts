import type { Citation, ProviderProfile } from "#providers/profile.ts";

const managing: Citation = {
  document: "Managing Custom Images, Oracle Cloud Infrastructure documentation",
  url: "https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/managingcustomimages.htm",
};
const importing: Citation = {
  document: "Importing and Exporting Custom Images, Oracle Cloud Infrastructure documentation",
  url: "https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/imageimportexport.htm",
};
const bringYourOwn: Citation = {
  document: "Bring Your Own Image (BYOI), Oracle Cloud Infrastructure documentation",
  url: "https://docs.oracle.com/en-us/iaas/Content/Compute/References/bringyourownimage.htm",
};
const metadata: Citation = {
  document: "Getting Instance Metadata, Oracle Cloud Infrastructure documentation",
  url: "https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm",
};
/** The same feature of a sister product, and the nearest full text of what a source image must be. */
const privateCloud: Citation = {
  document: "Bring Your Own Image (BYOI), Oracle Private Cloud Appliance documentation",
  url: "https://docs.oracle.com/en/engineered-systems/private-cloud-appliance/3.0-latest/concept/concept-byoi.html",
};
const marketplace: Citation = {
  document: "Guidelines for Images, Oracle Cloud Infrastructure documentation",
  url: "https://docs.oracle.com/en-us/iaas/Content/Marketplace/app-publisher-guidelines-images.htm",
};
const GB = 1_000_000_000;

/** "The maximum size for importing a custom image is 400 GB." UEFI needs a capability schema; BIOS is default. */
export const profile: ProviderProfile = {
  id: "oci",
  name: "Oracle Cloud Infrastructure",
  document: managing,
  formats: { value: ["qcow2", "vmdk"], source: importing },
  archives: { value: [], source: importing },
  sizeLimits: [{ value: { bytes: 400 * GB, of: "disk", kind: "refused" }, source: managing }],
  architectures: { value: ["x86_64", "aarch64"], source: bringYourOwn },
  osFamilies: { value: ["linux", "windows"], source: bringYourOwn },
  refusedFamilies: [],
  firmware: { value: ["bios", "uefi"], source: bringYourOwn },
  drivers: { value: { disk: ["virtio_scsi", "virtio_blk"], network: ["virtio_net"] }, source: bringYourOwn },
  rootFilesystems: null,
  partitionTables: { value: { formats: ["qcow2", "vmdk"], tables: ["mbr", "gpt"] }, source: privateCloud },
  oneDisk: privateCloud,
  noEncryption: privateCloud,
  rootBy: { value: ["uuid", "label", "lvm"], source: privateCloud },
  firstBoot: {
    datasources: { value: ["Oracle"], source: metadata },
    order: null,
    minimumCloudInit: { value: "20.3", source: metadata },
    required: { value: true, source: metadata },
    instead: null,
  },
  platforms: {
    value: [
      {
        name: "OCI instance",
        dmi: { sysVendor: "QEMU", chassisAssetTag: "OracleCloud.com" },
        drives: [],
        services: [{ datasource: "Oracle", url: "http://169.254.169.254/opc/v2/" }],
      },
    ],
    source: metadata,
  },
  network: { value: "dhcp", source: bringYourOwn },
  sshdRequired: { value: false, source: bringYourOwn },
  guestAgent: null,
  unwantedAgents: null,
  marketplace,
};

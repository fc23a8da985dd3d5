import type { Citation, ProviderProfile } from "#providers/profile.ts";

const features: Citation = {
  document: "Custom Images Features, DigitalOcean documentation",
  url: "https://docs.digitalocean.com/products/custom-images/details/features/",
};
const limits: Citation = {
  document: "Custom Images Limits, DigitalOcean documentation",
  url: "https://docs.digitalocean.com/products/custom-images/details/limits/",
};
/** Not documented: Droplets start with SeaBIOS and virtio disks, as every guest can see. */
const observed: Citation = {
  document: "Seen from inside Droplets; not documented by DigitalOcean",
  url: null,
};
/** A Droplet from a custom image as another image's maker describes it. */
const droplet: Citation = { document: "not-os, page Digital Ocean (a working custom image)", url: null };
const marketplace: Citation = {
  document: "Image validation (img-check), DigitalOcean marketplace-partners repository",
  url: "https://github.com/digitalocean/marketplace-partners/blob/master/scripts/99-img-check.sh",
};
const GB = 1_000_000_000;

/** "Images must be 100 GB or less when uncompressed, including the filesystem." */
export const profile: ProviderProfile = {
  id: "digitalocean",
  name: "DigitalOcean",
  document: features,
  formats: { value: ["raw", "qcow2", "vhdx", "vdi", "vmdk"], source: features },
  archives: { value: ["gzip", "bzip2"], source: features },
  sizeLimits: [{ value: { bytes: 100 * GB, of: "disk", kind: "refused" }, source: features }],
  architectures: { value: ["x86_64"], source: observed },
  osFamilies: { value: ["linux", "bsd"], source: features },
  refusedFamilies: [
    { value: { family: "windows", because: "Windows images are not supported there" }, source: limits },
  ],
  firmware: { value: ["bios"], source: observed },
  drivers: { value: { disk: ["virtio_blk", "virtio_scsi"], network: ["virtio_net"] }, source: observed },
  rootFilesystems: { value: ["ext3", "ext4"], source: features },
  partitionTables: { value: { formats: ["raw"], tables: ["mbr", "gpt"] }, source: features },
  oneDisk: null,
  noEncryption: null,
  rootBy: null,
  firstBoot: {
    datasources: { value: ["ConfigDrive"], source: features },
    order: { value: { before: "ConfigDrive", after: "NoCloud" }, source: features },
    minimumCloudInit: { value: "0.7.7", source: features },
    required: { value: true, source: features },
    instead: {
      value: ["cloudbase-init", "coreos-cloudinit", "ignition", "bsd-cloudinit"],
      source: features,
    },
  },
  platforms: {
    value: [
      {
        name: "Droplet",
        dmi: { sysVendor: "DigitalOcean", productName: "Droplet" },
        drives: [{ device: "/dev/vdb", type: "iso9660", label: "config-2" }],
        services: [{ datasource: "DigitalOcean", url: "http://169.254.169.254/metadata/v1.json" }],
      },
    ],
    source: droplet,
  },
  network: { value: "dhcp", source: limits },
  sshdRequired: { value: true, source: features },
  guestAgent: null,
  unwantedAgents: { value: ["do-agent"], source: marketplace },
  marketplace,
};

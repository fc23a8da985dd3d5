import type { Citation, ProviderProfile } from "#providers/profile.ts";

const images: Citation = { document: "Instance Images, Hypervisor.io documentation", url: null };
const nodeImages: Citation = {
  document: "hypervisor-io/kubernetes-node-images, README.md",
  url: "https://github.com/hypervisor-io/kubernetes-node-images",
};

/** Sizes are the operator's to limit. "The image MUST honor cloud-init NoCloud datasource." */
export const profile: ProviderProfile = {
  id: "hypervisor-io",
  name: "Hypervisor.io",
  document: images,
  formats: { value: ["qcow2", "raw", "iso9660"], source: images },
  archives: null,
  sizeLimits: [],
  architectures: { value: ["x86_64"], source: images },
  osFamilies: { value: ["linux", "bsd", "windows"], source: images },
  refusedFamilies: [],
  firmware: { value: ["bios", "uefi"], source: images },
  drivers: { value: { disk: ["virtio_blk", "virtio_scsi"], network: ["virtio_net"] }, source: images },
  rootFilesystems: null,
  partitionTables: null,
  oneDisk: images,
  noEncryption: null,
  rootBy: null,
  firstBoot: {
    datasources: { value: ["NoCloud"], source: nodeImages },
    order: null,
    minimumCloudInit: null,
    required: { value: false, source: images },
    instead: null,
  },
  platforms: {
    value: [
      {
        name: "NoCloud drive",
        dmi: { sysVendor: "QEMU" },
        drives: [{ device: "/dev/sr0", type: "iso9660", label: "cidata" }],
        services: [],
      },
    ],
    source: nodeImages,
  },
  network: { value: "either", source: images },
  sshdRequired: { value: false, source: images },
  guestAgent: { value: "qemu-guest-agent", source: nodeImages },
  unwantedAgents: null,
  marketplace: null,
};

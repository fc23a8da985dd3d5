import type { Citation, ProviderProfile } from "#providers/profile.ts";

const datasources: Citation = {
  document: "Datasources, cloud-init documentation",
  url: "https://docs.cloud-init.io/en/latest/reference/datasources.html",
};
const qemu: Citation = {
  document: "Invocation, QEMU documentation",
  url: "https://www.qemu.org/docs/master/system/invocation.html",
};

/** Any cloud that runs QEMU or KVM and hands a NoCloud or ConfigDrive disk to its machines. */
export const profile: ProviderProfile = {
  id: "kvm",
  name: "Any KVM cloud",
  document: qemu,
  formats: { value: ["qcow2", "raw", "vhdx", "vhd", "vdi", "vmdk", "iso9660"], source: qemu },
  archives: null,
  sizeLimits: [],
  architectures: { value: ["x86_64", "aarch64"], source: qemu },
  osFamilies: { value: ["linux", "bsd", "windows"], source: qemu },
  refusedFamilies: [],
  firmware: { value: ["bios", "uefi"], source: qemu },
  drivers: { value: { disk: ["virtio_blk", "virtio_scsi"], network: ["virtio_net"] }, source: qemu },
  rootFilesystems: null,
  partitionTables: null,
  oneDisk: null,
  noEncryption: null,
  rootBy: null,
  firstBoot: {
    datasources: { value: ["NoCloud", "ConfigDrive", "OpenStack"], source: datasources },
    order: null,
    minimumCloudInit: null,
    required: { value: false, source: datasources },
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
      {
        name: "ConfigDrive",
        dmi: { sysVendor: "QEMU" },
        drives: [{ device: "/dev/sr0", type: "iso9660", label: "config-2" }],
        services: [],
      },
    ],
    source: datasources,
  },
  network: { value: "either", source: datasources },
  sshdRequired: { value: false, source: datasources },
  guestAgent: null,
  unwantedAgents: null,
  marketplace: null,
};

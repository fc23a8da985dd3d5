import type { Citation, ProviderProfile } from "#providers/profile.ts";

const document: Citation = { document: "Using Custom Images, Contabo documentation", url: null };
/** A published, working custom image for Contabo; its module says what the platform serves. */
const observed: Citation = {
  document: "JoeRu/contabo_qcow2, modules/contabo.nix (a working custom image)",
  url: "https://github.com/JoeRu/contabo_qcow2",
};
const GB = 1_000_000_000;

/** "Images exceeding 100 GB will fail to install"; 25 GB of images are in the add-on and can be extended. */
export const profile: ProviderProfile = {
  id: "contabo",
  name: "Contabo",
  document,
  formats: { value: ["qcow2", "iso9660"], source: document },
  archives: { value: [], source: document },
  sizeLimits: [
    { value: { bytes: 100 * GB, of: "disk", kind: "refused" }, source: document },
    { value: { bytes: 25 * GB, of: "file", kind: "quota" }, source: document },
  ],
  architectures: { value: ["x86_64"], source: document },
  osFamilies: { value: ["linux", "bsd"], source: document },
  refusedFamilies: [
    {
      value: {
        family: "windows",
        because:
          "Microsoft's rules allow no custom Windows licence there, and such images usually lack the VirtIO drivers",
      },
      source: document,
    },
  ],
  firmware: { value: ["bios"], source: observed },
  drivers: { value: { disk: ["virtio_scsi"], network: ["virtio_net"] }, source: document },
  rootFilesystems: null,
  partitionTables: null,
  oneDisk: null,
  noEncryption: null,
  rootBy: null,
  firstBoot: {
    datasources: { value: ["NoCloud"], source: observed },
    order: null,
    minimumCloudInit: null,
    required: { value: true, source: document },
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
    source: observed,
  },
  network: { value: "seed", source: observed },
  sshdRequired: { value: false, source: document },
  guestAgent: null,
  unwantedAgents: null,
  marketplace: null,
};

import type { Citation, ProviderProfile } from "#providers/profile.ts";

const document: Citation = { document: "Using Custom Images, Fybe documentation", url: null };
/** Fybe's API is the same product as Contabo's; nothing is published about what it serves at first boot. */
const samePlatform: Citation = {
  document: "JoeRu/contabo_qcow2, modules/contabo.nix (Contabo, the same platform)",
  url: "https://github.com/JoeRu/contabo_qcow2",
};
const GB = 1_000_000_000;

/** "This feature enables you to upload Custom Images of up to 25 GB total size." */
export const profile: ProviderProfile = {
  id: "fybe",
  name: "Fybe",
  document,
  formats: { value: ["qcow2", "iso9660"], source: document },
  archives: { value: [], source: document },
  sizeLimits: [{ value: { bytes: 25 * GB, of: "file", kind: "refused" }, source: document }],
  architectures: { value: ["x86_64"], source: document },
  osFamilies: { value: ["linux", "bsd"], source: document },
  refusedFamilies: [
    {
      value: { family: "windows", because: "Microsoft's rules allow no custom Windows licence there" },
      source: document,
    },
  ],
  firmware: { value: ["bios"], source: samePlatform },
  drivers: { value: { disk: ["virtio_scsi"], network: ["virtio_net"] }, source: document },
  rootFilesystems: null,
  partitionTables: null,
  oneDisk: null,
  noEncryption: null,
  rootBy: null,
  firstBoot: {
    datasources: { value: ["NoCloud"], source: samePlatform },
    order: null,
    minimumCloudInit: null,
    required: { value: true, source: samePlatform },
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
    source: samePlatform,
  },
  network: { value: "seed", source: samePlatform },
  sshdRequired: { value: false, source: document },
  guestAgent: null,
  unwantedAgents: null,
  marketplace: null,
};

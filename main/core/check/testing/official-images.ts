import type { ImageFacts } from "#contract/facts.ts";
import type { FstabEntryFacts, PartitionFacts } from "#contract/facts-disk.ts";
import type { ProviderId } from "#contract/finding.ts";
import { exampleFacts } from "./example-facts.ts";

/** Facts of an image as its distribution ships it, and the rules that a provider's own documents fail it by. */
export interface OfficialImage {
  readonly name: string;
  readonly facts: ImageFacts;
  readonly errors: Partial<Record<ProviderId, readonly string[]>>;
}

const MiB = 1024 ** 2;
const built = { builtIn: true, module: false, inInitramfs: false };
const packed = { builtIn: false, module: true, inInitramfs: true };

function partition(
  number: number,
  typeName: string,
  sizeMiB: number,
  filesystem: readonly [type: string, label: string | null, uuid: string] | null,
): PartitionFacts {
  const [type, label, uuid] = filesystem ?? [];
  return {
    number,
    startByte: number * MiB,
    sizeBytes: sizeMiB * MiB,
    typeId: typeName,
    typeName,
    name: null,
    bootable: false,
    filesystem:
      type === undefined ? null : { type, label: label ?? null, uuid: uuid ?? null, unreadable: null },
  };
}

const mount = (
  line: number,
  spec: string,
  namedBy: FstabEntryFacts["namedBy"],
  mountPoint: string,
  type: string,
): FstabEntryFacts => ({ line, spec, namedBy, mountPoint, type, options: ["defaults"], inImage: true });

const place = (path: string, line: number | null = null) => ({ path, line });

/** What the package cloud-init of Debian and Ubuntu writes into 90_dpkg.cfg; NoCloud comes first. */
const debianList =
  "NoCloud ConfigDrive OpenNebula DigitalOcean Azure AltCloud OVF MAAS GCE OpenStack CloudSigma SmartOS Bigstep Scaleway AliYun Ec2 CloudStack Hetzner IBMCloud Oracle Exoscale RbxCloud UpCloud VMware Vultr LXD NWCS None".split(
    " ",
  );
const dpkgConfig = place("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", 2);
/** "…lists the NoCloud data source before the ConfigDrive data source" (Custom Images Features). */
const noCloudFirst = { digitalocean: ["cloud-init.datasource-order"] };

function make(change: (facts: ImageFacts) => void): ImageFacts {
  const facts = exampleFacts();
  change(facts);
  return facts;
}

function cloudInit(facts: ImageFacts, change: Partial<NonNullable<ImageFacts["cloudInit"]>>): void {
  if (facts.cloudInit === null) return;
  Object.assign(facts.cloudInit, change);
  const { dsIdentify, datasourceList, decidedBy } = facts.cloudInit;
  if (dsIdentify !== null) Object.assign(dsIdentify, { readsList: datasourceList, readsListFrom: decidedBy });
}

/** debian-12-genericcloud-amd64.qcow2: GPT for BIOS and UEFI, ext4, netplan, root by PARTUUID. */
const debian12 = make((facts) => {
  const root = partition(1, "Linux root (x86-64)", 2904, [
    "ext4",
    null,
    "70b70f2f-84d1-46d8-bdbc-99c8d24c2be9",
  ]);
  facts.partitions = [
    root,
    partition(14, "BIOS boot", 3, null),
    partition(15, "EFI System", 124, ["vfat", null, "5C52-98E7"]),
  ];
  facts.virtualBytes = 3 * 1024 * MiB;
  facts.fstab = [
    mount(2, "PARTUUID=79be1ff6-9daf-4c4b-b8eb-6e1ec03d3bea", "partuuid", "/", "ext4"),
    mount(3, "PARTUUID=ca7d8c51-7d4c-4b0e-a1e2-6a0c3a2d1f1e", "partuuid", "/boot/efi", "vfat"),
  ];
  if (facts.boot !== null) facts.boot.rootSpec = "PARTUUID=79be1ff6-9daf-4c4b-b8eb-6e1ec03d3bea";
  facts.agents = [];
  cloudInit(facts, { datasourceList: debianList, decidedBy: dpkgConfig, defaultUser: "debian" });
  facts.leftovers = [{ kind: "log", path: "/var/log/dpkg.log", detail: "log", sizeBytes: 30_000 }];
});

/** noble-server-cloudimg-amd64.img: /boot of its own, drivers built in, sshd started by its socket. */
const ubuntu2404 = make((facts) => {
  facts.partitions = [
    partition(1, "Linux filesystem", 2500, [
      "ext4",
      "cloudimg-rootfs",
      "b6e9c6a2-4a3e-4d39-8a1c-2f4bb0ab4b0b",
    ]),
    partition(14, "BIOS boot", 4, null),
    partition(15, "EFI System", 106, ["vfat", "UEFI", "B5A7-2B53"]),
    partition(16, "Linux extended boot", 913, ["ext4", "BOOT", "3a5d1f8c-0c0c-4a53-9d5e-6f2f2d6c7a11"]),
  ];
  facts.virtualBytes = 3584 * MiB;
  facts.os = {
    family: "linux",
    id: "ubuntu",
    idLike: ["debian"],
    versionId: "24.04",
    prettyName: "Ubuntu 24.04.2 LTS",
    architecture: "x86_64",
  };
  facts.fstab = [
    mount(1, "LABEL=cloudimg-rootfs", "label", "/", "ext4"),
    mount(2, "LABEL=BOOT", "label", "/boot", "ext4"),
    mount(3, "LABEL=UEFI", "label", "/boot/efi", "vfat"),
  ];
  if (facts.boot !== null) facts.boot.rootSpec = "LABEL=cloudimg-rootfs";
  facts.kernels = facts.kernels.map((kernel) => ({
    ...kernel,
    version: "6.8.0-60-generic",
    drivers: { virtio_pci: built, virtio_blk: built, virtio_scsi: built, virtio_net: packed, ext4: built },
  }));
  facts.agents = [{ name: "open-vm-tools", path: "/usr/bin/vmtoolsd", enabledAtBoot: true }];
  cloudInit(facts, {
    version: "24.4.1-0ubuntu0~24.04.2",
    datasourceList: [...debianList.slice(0, -1), "Akamai", "WSL", "None"],
    decidedBy: dpkgConfig,
    defaultUser: "ubuntu",
    modules: ["growpart", "resizefs", "set_hostname", "users_groups", "ssh"],
  });
  if (facts.sshd !== null) {
    facts.sshd.enabledBy = place("/etc/systemd/system/sockets.target.wants/ssh.socket");
    facts.sshd.settings = {
      passwordauthentication: {
        value: "no",
        where: place("/etc/ssh/sshd_config.d/60-cloudimg-settings.conf", 1),
      },
    };
  }
  if (facts.network !== null) facts.network.interfaces = [];
  facts.leftovers = [
    { kind: "log", path: "/var/log/apt", detail: "logs, 3 files", sizeBytes: 120_000 },
    {
      kind: "package-cache",
      path: "/var/lib/apt/lists",
      detail: "package lists of apt, 4 files",
      sizeBytes: 3_000_000,
    },
  ];
});

/** AlmaLinux-9-GenericCloud-latest.x86_64.qcow2: XFS, SELinux, NetworkManager, BIOS and UEFI. */
const alma9 = make((facts) => {
  facts.partitions = [
    partition(1, "BIOS boot", 1, null),
    partition(2, "EFI System", 200, ["vfat", null, "7B77-95E7"]),
    partition(3, "Linux filesystem", 1024, ["xfs", "boot", "ad97ff2c-7ad6-4d9b-a6f6-fb2a1b1b5c0c"]),
    partition(4, "Linux filesystem", 9000, ["xfs", "root", "5e1b3c5a-93a8-4b33-9a3b-3c9e52a1f7d4"]),
  ];
  facts.rootPartition = 4;
  facts.virtualBytes = 10 * 1024 * MiB;
  facts.os = {
    family: "linux",
    id: "almalinux",
    idLike: ["rhel", "centos", "fedora"],
    versionId: "9.6",
    prettyName: "AlmaLinux 9.6 (Sage Margay)",
    architecture: "x86_64",
  };
  facts.packages = { manager: "rpm", database: "sqlite", installedCount: 420 };
  facts.fstab = [
    mount(12, "UUID=5e1b3c5a-93a8-4b33-9a3b-3c9e52a1f7d4", "uuid", "/", "xfs"),
    mount(13, "UUID=ad97ff2c-7ad6-4d9b-a6f6-fb2a1b1b5c0c", "uuid", "/boot", "xfs"),
    mount(14, "UUID=7B77-95E7", "uuid", "/boot/efi", "vfat"),
  ];
  if (facts.boot !== null) facts.boot.rootSpec = "UUID=5e1b3c5a-93a8-4b33-9a3b-3c9e52a1f7d4";
  facts.kernels = facts.kernels.map((kernel) => ({
    ...kernel,
    version: "5.14.0-570.el9.x86_64",
    drivers: { virtio_pci: built, virtio_blk: packed, virtio_scsi: packed, virtio_net: packed, xfs: packed },
  }));
  facts.selinux = {
    mode: "enforcing",
    where: place("/etc/selinux/config", 22),
    relabelPending: false,
    unlabelled: [],
  };
  cloudInit(facts, { version: "24.4-4.el9.alma.1", defaultUser: "almalinux" });
  if (facts.sshd !== null) {
    facts.sshd.hostKeysRegeneratedBy = "sshd-keygen@.service";
    facts.sshd.settings = {
      permitrootlogin: { value: "prohibit-password", where: place("/etc/ssh/sshd_config", 40) },
    };
  }
  facts.network = { enabledTools: ["network-manager"], interfaces: [], classicNames: true };
  facts.leftovers = [
    {
      kind: "installer-log",
      path: "/root/anaconda-ks.cfg",
      detail: "file of the installation",
      sizeBytes: 2000,
    },
  ];
});

export const officialImages: readonly OfficialImage[] = [
  { name: "Debian 12 genericcloud", facts: debian12, errors: noCloudFirst },
  { name: "Ubuntu 24.04 cloud image", facts: ubuntu2404, errors: noCloudFirst },
  {
    name: "AlmaLinux 9 GenericCloud",
    facts: alma9,
    errors: { digitalocean: ["filesystem.root"] }, // "Images must support the ext3 or ext4 filesystems."
  },
];

import type { ImageFacts } from "#contract/facts.ts";
import type { Finding, Level, Verdict } from "#contract/finding.ts";
import type { CheckReport, Subject } from "#contract/report.ts";
import { subjectKey } from "../features/check/subject.ts";
import { ago, GiB, MiB } from "./sample-state.ts";

const finding = (level: Level, id: string, title: string, change: Partial<Finding> = {}): Finding => ({
  id,
  level,
  title,
  where: "",
  source: {
    document: "Custom Images Limits, DigitalOcean documentation",
    url: "https://docs.digitalocean.com/products/custom-images/details/limits/",
  },
  consequence: "",
  fix: null,
  ...change,
});

const order = finding("error", "cloud-init.datasource-order", "NoCloud is asked before ConfigDrive", {
  where: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg:2",
  consequence:
    "cloud-init finds a NoCloud seed that the installer left and never asks for the droplet's own data: no SSH key is installed and nobody can log in.",
  fix: {
    text: "Put NoCloud at the end of datasource_list, or remove the seed.",
    repairId: "datasource-order",
  },
});
const serial = finding("warning", "boot.serial-console", "The kernel does not write to the serial console", {
  where: "/boot/grub/grub.cfg:118",
  consequence: "The provider's recovery console stays black when a boot fails.",
  fix: { text: "Add console=ttyS0 to the kernel command line.", repairId: null },
});
const identity = finding("warning", "identity.machine-id", "machine-id is set", {
  where: "/etc/machine-id",
  consequence: "Every instance gets the same id, and with it the same DHCP lease.",
  fix: { text: "Seal the image before publishing it.", repairId: "machine-id" },
  source: { document: "machine-id(5)", url: null },
});
const size = finding("info", "size.total", "166 MiB of the 25 GB that the account may hold", {
  source: {
    document: "Using Custom Images, Contabo documentation",
    url: "https://docs.contabo.com/docs/products/Custom-Images/",
  },
});
const keys = finding("warning", "leftovers.private-key", "A private key was left in the image", {
  where: "/home/installer/.ssh/id_ed25519",
  consequence: "Whoever gets the image can use it.",
  fix: { text: "Delete it, and replace it wherever it was trusted.", repairId: null },
  source: { document: "Cleanup before a snapshot, DigitalOcean documentation", url: null },
});
const pinned = finding("error", "network.pinned", "enp0s3 is tied to the MAC address 08:00:27:9c:1f:02", {
  where: "/etc/netplan/50-cloud-init.yaml:5",
  consequence: "A new machine has another address: it comes up without a network.",
  fix: { text: "Remove the match block, or let cloud-init write the file.", repairId: null },
});
const long = finding("info", "os.family", `A name that never ends: ${"abcdefghij".repeat(30)}`, {
  where: `/etc/${"very-long-name/".repeat(20)}file.conf:12`,
});
const passes = [
  finding("pass", "format.accepted", "qcow2 is accepted"),
  finding("pass", "size.limit", "8.00 GiB is below the limit of 100 GB"),
  finding("pass", "filesystem.root", "The root filesystem is ext4"),
  finding("pass", "sshd.enabled", "sshd starts at boot", {
    where: "/etc/systemd/system/multi-user.target.wants/ssh.service",
  }),
  finding("pass", "virtio.initramfs", "virtio_scsi is in the initramfs"),
];
const verdict = (level: Level, ...findings: Finding[]): Verdict => ({
  level,
  findings: [...findings, ...passes],
});

const facts: ImageFacts = {
  schemaVersion: 1,
  format: "qcow2",
  archive: null,
  fileBytes: 1.86 * GiB,
  virtualBytes: 8 * GiB,
  allocatedBytes: 1.84 * GiB,
  compressedClusters: "none",
  partitionTable: "gpt",
  partitions: [
    {
      number: 1,
      startByte: MiB,
      sizeBytes: 7.87 * GiB,
      typeId: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
      typeName: "Linux",
      name: null,
      bootable: false,
      filesystem: {
        type: "ext4",
        label: "cloudimg-root",
        uuid: "6f1e7c0a-0001-4c1e-9d00-2b7c1d6a9f10",
        unreadable: null,
      },
    },
    {
      number: 14,
      startByte: MiB,
      sizeBytes: 3 * MiB,
      typeId: "21686148-6449-6E6F-744E-656564454649",
      typeName: "BIOS boot",
      name: null,
      bootable: false,
      filesystem: null,
    },
    {
      number: 15,
      startByte: 4 * MiB,
      sizeBytes: 124 * MiB,
      typeId: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
      typeName: "EFI system",
      name: null,
      bootable: false,
      filesystem: { type: "vfat", label: null, uuid: "D3B4-90C1", unreadable: null },
    },
  ],
  logicalVolumes: [],
  rootPartition: 1,
  rootVolume: null,
  rootSubvolume: null,
  os: {
    family: "linux",
    id: "debian",
    idLike: [],
    versionId: "12",
    prettyName: "Debian GNU/Linux 12 (bookworm)",
    architecture: "x86_64",
  },
  packages: { manager: "dpkg", database: null, installedCount: 412 },
  kernels: [
    {
      version: "6.1.0-37-amd64",
      imagePath: "/boot/vmlinuz-6.1.0-37-amd64",
      initramfsPath: "/boot/initrd.img-6.1.0-37-amd64",
      initramfsUnreadable: null,
      drivers: {
        virtio_pci: { builtIn: false, module: true, inInitramfs: true },
        virtio_blk: { builtIn: false, module: true, inInitramfs: true },
        virtio_scsi: { builtIn: false, module: true, inInitramfs: true },
        virtio_net: { builtIn: false, module: true, inInitramfs: false },
        ext4: { builtIn: true, module: false, inInitramfs: false },
      },
    },
  ],
  boot: {
    biosBootCode: true,
    grubCore: true,
    extlinuxPath: null,
    efiRemovablePath: "/EFI/BOOT/BOOTX64.EFI",
    efiPrograms: ["/EFI/debian/shimx64.efi", "/EFI/debian/grubx64.efi"],
    commandLineFrom: { path: "/boot/grub/grub.cfg", line: 118 },
    consoles: ["tty0"],
    kernelCommandLine:
      "BOOT_IMAGE=/boot/vmlinuz-6.1.0-37-amd64 root=UUID=6f1e7c0a-0001-4c1e-9d00-2b7c1d6a9f10 ro quiet",
    serialConsole: false,
    rootSpec: "UUID=6f1e7c0a-0001-4c1e-9d00-2b7c1d6a9f10",
  },
  cloudInit: {
    version: "22.4.2",
    enabledAtBoot: true,
    disabledBy: null,
    datasourceList: ["NoCloud", "ConfigDrive", "None"],
    decidedBy: { path: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg", line: 2 },
    overruled: [{ path: "/etc/cloud/cloud.cfg", line: 7 }],
    dsIdentify: {
      installed: true,
      policy: null,
      policyFrom: null,
      forced: null,
      forcedFrom: null,
      defaultPolicy: "search,found=all,maybe=all,notfound=disabled",
      defaultList: null,
      kernelDsForces: true,
      readsList: null,
      readsListFrom: null,
      foundInImage: [],
      maybeEc2: false,
      keepsInstance: null,
    },
    seeds: [{ path: "/var/lib/cloud/seed/nocloud/user-data", line: null }],
    installerFiles: [{ path: "/etc/cloud/cloud.cfg.d/99-installer.cfg", line: null }],
    networkDisabledBy: null,
    disableRoot: true,
    sshPasswordAuth: "false",
    sshDeleteKeys: true,
    preserveHostname: false,
    defaultUser: "debian",
    modules: [],
    leftoverInstances: [],
  },
  fstab: [
    {
      line: 3,
      spec: "UUID=6f1e7c0a-0001-4c1e-9d00-2b7c1d6a9f10",
      namedBy: "uuid",
      mountPoint: "/",
      type: "ext4",
      options: ["defaults", "discard"],
      inImage: true,
    },
    {
      line: 4,
      spec: "/dev/sdb1",
      namedBy: "device",
      mountPoint: "/srv",
      type: "xfs",
      options: [],
      inImage: false,
    },
  ],
  growth: { partitionBy: "cloud-init", filesystemBy: "cloud-init", rootIsLast: true },
  agents: [{ name: "qemu-guest-agent", path: "/usr/sbin/qemu-ga", enabledAtBoot: false }],
  selinux: null,
  provisioners: [],
  network: {
    enabledTools: ["netplan", "networkd"],
    interfaces: [
      {
        tool: "netplan",
        where: { path: "/etc/netplan/50-cloud-init.yaml", line: 5 },
        name: "enp0s3",
        pinnedTo: "mac",
        mac: "08:00:27:9c:1f:02",
        method: "static",
        addresses: ["192.168.1.20/24", "fd00:5a3c:0000:1::20/64"],
      },
    ],
    classicNames: false,
  },
  accounts: [{ user: "installer", uid: 1000, password: "set", mayBecomeRoot: true }],
  leftovers: [
    {
      kind: "private-key",
      path: "/home/installer/.ssh/id_ed25519",
      detail: "OpenSSH private key without a passphrase",
      sizeBytes: 411,
    },
    { kind: "shell-history", path: "/root/.bash_history", detail: "shell history", sizeBytes: 9120 },
    { kind: "package-cache", path: "/var/cache/apt/archives", detail: "package cache", sizeBytes: 84 * MiB },
  ],
  sshd: {
    binaryPath: "/usr/sbin/sshd",
    enabledAtBoot: true,
    enabledBy: { path: "/etc/systemd/system/multi-user.target.wants/ssh.service", line: null },
    maskedBy: null,
    settings: {
      permitrootlogin: { value: "yes", where: { path: "/etc/ssh/sshd_config", line: 33 } },
      passwordauthentication: {
        value: "no",
        where: { path: "/etc/ssh/sshd_config.d/50-cloud.conf", line: 1 },
      },
    },
    matchBlocks: [],
    hostKeys: ["ssh_host_ed25519_key", "ssh_host_rsa_key"],
    hostKeysRegeneratedBy: "cloud-init",
  },
  identity: {
    machineId: "set",
    dbusMachineId: false,
    hostname: "debian",
    authorizedKeys: ["/root/.ssh/authorized_keys"],
    randomSeeds: ["/var/lib/systemd/random-seed"],
    dhcpState: [],
    udevNetRules: [],
  },
  iso: null,
  notes: ["ext4 was not unmounted cleanly; its journal was replayed in memory."],
  elapsedMs: 38,
};

export function report(subject: Subject): CheckReport {
  return {
    key: subjectKey(subject),
    subject,
    path: subject.kind === "file" ? subject.path : "/home/mira/.local/share/goldsmith/disk.qcow2",
    checkedAt: ago(0.1),
    facts,
    verdicts: {
      digitalocean: verdict("error", order, pinned, serial, identity, keys),
      contabo: verdict("error", pinned, serial, identity, keys, size),
      fybe: verdict("error", pinned, serial, identity, keys, size),
      oci: verdict("warning", identity),
      "hypervisor-io": verdict(
        "unknown",
        finding("unknown", "firmware", "The firmware of the plan is not known"),
        identity,
      ),
      kvm: verdict("info", size, long),
    },
    error: null,
  };
}

export const brokenReport = (path: string): CheckReport => ({
  ...report({ kind: "file", path }),
  facts: null,
  verdicts: {},
  error: {
    code: "image-refused",
    message: "The qcow2 header names a backing file: /etc/passwd",
    hint: "An image for a cloud must stand alone. Flatten it with “qemu-img convert” on a computer that you trust it on.",
    retry: "never",
    details: { header: "backing_file_offset", value: "/etc/passwd" },
  },
});

/** An installer: no system inside, other rules. */
export const isoReport = (path: string): CheckReport => ({
  ...report({ kind: "file", path }),
  facts: {
    ...facts,
    format: "iso9660",
    fileBytes: 660 * MiB,
    virtualBytes: 660 * MiB,
    allocatedBytes: null,
    compressedClusters: null,
    partitionTable: null,
    partitions: [],
    rootPartition: null,
    os: null,
    packages: null,
    kernels: [],
    boot: null,
    fstab: null,
    growth: null,
    agents: null,
    cloudInit: null,
    provisioners: null,
    sshd: null,
    network: null,
    identity: null,
    accounts: null,
    leftovers: null,
    notes: [],
    iso: {
      volumeId: "Debian 12.5.0 amd64 n",
      bootBios: true,
      bootUefi: true,
      hybrid: true,
      architecture: "x86_64",
      osGuess: "Debian GNU/Linux 12.5.0 “Bookworm” - Official amd64 NETINST",
    },
  },
  verdicts: {
    digitalocean: {
      level: "error",
      findings: [
        finding("error", "format.accepted", "ISO images are not accepted", {
          consequence: "The upload is refused.",
          fix: { text: "Install it in a machine here, then publish the disk.", repairId: null },
        }),
        finding("pass", "iso.bootable", "Boots with BIOS and UEFI"),
      ],
    },
    contabo: { level: "pass", findings: [finding("pass", "iso.bootable", "Boots with BIOS and UEFI")] },
    kvm: { level: "pass", findings: [finding("pass", "iso.bootable", "Boots with BIOS and UEFI")] },
  },
});

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
  rootPartition: 1,
  os: {
    family: "linux",
    id: "debian",
    versionId: "12",
    prettyName: "Debian GNU/Linux 12 (bookworm)",
    architecture: "x86_64",
  },
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
    efiRemovablePath: "/EFI/BOOT/BOOTX64.EFI",
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
    leftoverInstances: [],
  },
  sshd: {
    binaryPath: "/usr/sbin/sshd",
    enabledAtBoot: true,
    enabledBy: { path: "/etc/systemd/system/multi-user.target.wants/ssh.service", line: null },
    maskedBy: null,
    hostKeys: ["ssh_host_ed25519_key", "ssh_host_rsa_key"],
    hostKeysRegeneratedBy: "cloud-init",
  },
  identity: { machineId: "set", hostname: "debian", authorizedKeys: [] },
  iso: null,
  notes: [],
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
      digitalocean: verdict("error", order, serial, identity),
      contabo: verdict("warning", serial, identity, size),
      fybe: verdict("warning", serial, identity, size),
      oci: verdict("warning", identity),
      "hypervisor-io": verdict(
        "unknown",
        finding("unknown", "firmware", "The firmware of the plan is not known"),
        identity,
      ),
      kvm: verdict("info", size),
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

import type { DoctorReport } from "#contract/doctor.ts";
import type { ImageView } from "#contract/image.ts";
import type { MachineView } from "#contract/machine.ts";
import type { Notice } from "#contract/state.ts";

export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;
export const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const base: MachineView = {
  id: "m-debian",
  name: "debian-12-web",
  notes: "",
  tags: [],
  install: null,
  installing: false,
  checkpoints: [],
  currentCheckpointId: null,
  suspended: false,
  addresses: [],
  agentVersion: null,
  recording: false,
  createdAt: ago(300),
  hardware: {
    cores: 2,
    memoryBytes: GiB,
    firmware: "bios",
    diskBus: "virtio-scsi",
    diskSizeBytes: 8 * GiB,
  },
  isoPath: null,
  diskPath: "/home/mira/.local/share/goldsmith/machines/m-debian/disk.qcow2",
  diskUsedBytes: 1.86 * GiB,
  power: "running",
  accelerator: "tcg",
  startedAt: ago(12.7),
  reattached: false,
  transcriptBytes: 186_204,
  argv: [
    "/usr/bin/qemu-system-x86_64",
    "-name",
    "debian-12-web,process=goldsmith",
    "-nodefaults",
    "-machine",
    "q35,accel=tcg",
    "-accel",
    "tcg,thread=multi,tb-size=256",
    "-cpu",
    "max",
    "-smp",
    "2",
    "-m",
    "1024",
    "-object",
    "iothread,id=io0",
    "-device",
    "virtio-scsi-pci,id=scsi0,iothread=io0",
    "-blockdev",
    "driver=qcow2,node-name=disk0,discard=unmap,file.driver=file,file.filename=/home/mira/.local/share/goldsmith/machines/m-debian/disk.qcow2",
    "-device",
    "scsi-hd,drive=disk0,bootindex=1",
    "-netdev",
    "user,id=net0,hostfwd=tcp:127.0.0.1:40022-:22",
    "-device",
    "virtio-net-pci,netdev=net0",
    "-device",
    "virtio-rng-pci",
    "-qmp",
    "unix:/run/user/1000/goldsmith/m-debian/qmp.sock,server=on,wait=off",
  ],
  sshPort: 40_022,
  lastError: null,
  silentSinceMs: null,
};

export const machines = {
  running: base,
  off: { ...base, id: "m-off", name: "rocky-9-build", power: "off", sshPort: null, startedAt: ago(90) },
  installing: {
    ...base,
    id: "m-install",
    name: "debian-12.5.0",
    isoPath: "/home/mira/isos/debian-12.5.0-amd64-netinst.iso",
    startedAt: ago(0.8),
    transcriptBytes: 21_003,
    reattached: true,
  },
  silent: {
    ...base,
    id: "m-silent",
    name: "alpine-edge",
    accelerator: "kvm",
    silentSinceMs: 45_000,
    startedAt: ago(1),
    transcriptBytes: 0,
  },
  failed: {
    ...base,
    id: "m-failed",
    name: "ubuntu-24.04.1",
    power: "off",
    sshPort: null,
    startedAt: ago(40),
    lastError: {
      code: "machine-died",
      message: "ubuntu-24.04.1 stopped by itself after 2 s",
      hint: "QEMU could not open the ISO. Insert another one or eject it.",
      retry: "never",
      details: {
        exitCode: 1,
        stderr:
          "qemu-system-x86_64: -blockdev driver=raw,node-name=cd0: Could not open '/home/mira/isos/ubuntu.iso': No such file or directory",
      },
    },
  },
} as const satisfies Record<string, MachineView>;

export const images = {
  web: {
    id: "i-web",
    notes: "",
    tags: [],
    name: "debian-12-web",
    createdAt: ago(60),
    path: "/home/mira/.local/share/goldsmith/images/i-web/disk.qcow2",
    format: "qcow2",
    archive: null,
    fileBytes: 166.9 * 1e6,
    virtualBytes: 8 * GiB,
    sha256: "9f2c1d04b7e8a35660d1f7d3c2aa90b8e5d7c1f0a4b3928170665544332211ff",
    origin: { machineId: "m-off", sourcePath: "/home/mira/disk.qcow2", sourceBytes: 1.86 * GiB },
    proof: {
      checkedAt: ago(60),
      method: "qemu-img check found no error; every guest-visible byte is the same as in the source",
      elapsedMs: 2140,
    },
  },
  old: {
    id: "i-old",
    notes: "",
    tags: [],
    name: "alpine-base-with-a-name-that-does-not-fit",
    createdAt: ago(6000),
    path: "/home/mira/.local/share/goldsmith/images/i-old/disk.qcow2",
    format: "qcow2",
    archive: null,
    fileBytes: 61 * MiB,
    virtualBytes: 2 * GiB,
    sha256: null,
    origin: { machineId: null, sourcePath: "/srv/alpine.raw", sourceBytes: 2 * GiB },
    proof: null,
  },
} as const satisfies Record<string, ImageView>;

export const doctor: DoctorReport = {
  schemaVersion: 1,
  ok: true,
  checkedAt: ago(3),
  cached: true,
  accelerator: {
    chosen: "tcg",
    candidates: [
      {
        name: "kvm",
        ok: false,
        outcome: "hangs",
        reason:
          "A guest with paging and interrupts began to run and then fell silent. Linux guests do the same here.",
        fix: "Nested virtualisation is probably incomplete on the host of this machine; ask its operator.",
        elapsedMs: 2004,
        stderr: "",
      },
      {
        name: "tcg",
        ok: true,
        outcome: "works",
        reason: "The probe guest answered.",
        fix: null,
        elapsedMs: 412,
        stderr: "",
      },
    ],
  },
  qemu: { path: "/usr/bin/qemu-system-x86_64", version: "7.2.22" },
  firmware: {
    biosBundled: true,
    uefiCode: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    uefiVars: "/usr/share/OVMF/OVMF_VARS_4M.fd",
  },
  disk: { path: "/home/mira/.local/share/goldsmith", freeBytes: 112 * GiB, totalBytes: 476 * GiB },
  keychain: {
    kind: "file",
    detail: "~/.config/goldsmith/secrets.json, mode 0600; no keychain service answered",
  },
  tools: [
    {
      name: "qemu-img",
      path: "/usr/bin/qemu-img",
      version: "7.2.22",
      needed: "required",
      purpose: "compaction and proof",
    },
    {
      name: "qemu-nbd",
      path: "/usr/bin/qemu-nbd",
      version: "7.2.22",
      needed: "required",
      purpose: "looking into images",
    },
    {
      name: "xorriso",
      path: "/usr/bin/xorriso",
      version: "1.5.4",
      needed: "optional",
      purpose: "the practice installer",
    },
    { name: "mmdebstrap", path: null, version: null, needed: "optional", purpose: "the practice installer" },
    { name: "radosgw", path: null, version: null, needed: "tests", purpose: "S3 staging tests" },
  ],
  problems: [
    {
      level: "warning",
      title: "KVM is present but hangs guests",
      fix: "Machines run under software emulation: slower, and correct.",
    },
    {
      level: "warning",
      title: "Secrets are in a file",
      fix: "Start a keychain service such as GNOME Keyring or KWallet.",
    },
  ],
};

export const notice: Notice = {
  id: "n1",
  level: "info",
  title: "Compact ubuntu-24.04.1 was interrupted.",
  text: "Goldsmith was stopped while it ran. Nothing was replaced; retry it under Activity.",
  createdAt: ago(5),
};

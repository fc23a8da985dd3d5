import type { ImageFacts } from "#contract/facts.ts";

const driver = { builtIn: false, module: true, inInitramfs: true };

/** Facts of a Debian cloud image that every provider takes; tests change one thing at a time. */
export const exampleFacts = (): ImageFacts => ({
  schemaVersion: 1,
  format: "qcow2",
  archive: null,
  fileBytes: 400_000_000,
  virtualBytes: 4_294_967_296,
  allocatedBytes: 400_000_000,
  compressedClusters: "zlib",
  partitionTable: "gpt",
  partitions: [
    {
      number: 1,
      startByte: 1_048_576,
      sizeBytes: 4_000_000_000,
      typeId: "0fc63daf-8483-4772-8e79-3d69d8477de4",
      typeName: "Linux filesystem",
      name: null,
      bootable: false,
      filesystem: {
        type: "ext4",
        label: "root",
        uuid: "c1fbc91d-f2b4-4dbe-8113-76d48ea69553",
        unreadable: null,
      },
    },
  ],
  rootPartition: 1,
  os: {
    family: "linux",
    id: "debian",
    versionId: "12",
    prettyName: "Debian GNU/Linux 12",
    architecture: "x86_64",
  },
  kernels: [
    {
      version: "6.1.0-9-amd64",
      imagePath: "/boot/vmlinuz-6.1.0-9-amd64",
      initramfsPath: "/boot/initrd.img-6.1.0-9-amd64",
      initramfsUnreadable: null,
      drivers: {
        virtio_pci: driver,
        virtio_blk: driver,
        virtio_scsi: driver,
        virtio_net: driver,
        ext4: driver,
      },
    },
  ],
  boot: {
    biosBootCode: true,
    grubCore: true,
    efiRemovablePath: "EFI/BOOT/BOOTX64.EFI",
    kernelCommandLine: "root=UUID=c1fbc91d-f2b4-4dbe-8113-76d48ea69553 console=ttyS0",
    serialConsole: true,
    rootSpec: "UUID=c1fbc91d-f2b4-4dbe-8113-76d48ea69553",
  },
  cloudInit: {
    version: "22.4.2-1+deb12u4",
    enabledAtBoot: true,
    disabledBy: null,
    datasourceList: null,
    decidedBy: null,
    leftoverInstances: [],
  },
  sshd: {
    binaryPath: "/usr/sbin/sshd",
    enabledAtBoot: true,
    enabledBy: { path: "/etc/systemd/system/multi-user.target.wants/ssh.service", line: null },
    maskedBy: null,
    hostKeys: [],
    hostKeysRegeneratedBy: "cloud-init",
  },
  identity: { machineId: "empty", hostname: "debian", authorizedKeys: [] },
  iso: null,
  notes: [],
  elapsedMs: 100,
});

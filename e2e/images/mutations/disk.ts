import { join } from "node:path";
import { withoutFiles } from "#e2e/images/initramfs.ts";
import { rootOffsetBytes, type MutableDisk } from "#e2e/images/mutable-disk.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import type { Mutation } from "./mutation.ts";

const grubMenu = "/boot/grub/grub.cfg";
async function changeInitramfs(disk: MutableDisk, unwanted: RegExp): Promise<void> {
  const name = (await disk.list("/boot")).find((entry) => entry.startsWith("initrd.img-"));
  if (name === undefined) throw new Error("no initramfs");
  const path = `/boot/${name}`;
  await disk.writeFile(
    path,
    withoutFiles(await disk.readFile(path), (file) => unwanted.test(file)),
  );
}

/** Replaces the root partition's content by what a program makes in a file of the same size. */
async function replaceRoot(disk: MutableDisk, make: (path: string) => Promise<void>): Promise<void> {
  const path = join(disk.folder, "other-root");
  const sizeBytes = 512 * 1024 ** 2 - rootOffsetBytes - 2048 * 512;
  await nodeProcesses.run(["truncate", "-s", String(sizeBytes), path]);
  await make(path);
  const seek = `seek=${rootOffsetBytes / 1024 ** 2}`;
  await nodeProcesses.run([
    "dd",
    `if=${path}`,
    `of=${disk.path}`,
    "bs=1M",
    seek,
    "conv=notrunc",
    "status=none",
  ]);
}

/** e_machine of the ELF header at offset 18: 183 is EM_AARCH64. */
async function toArm64(disk: MutableDisk, path: string): Promise<void> {
  const program = await disk.readFile(path);
  program.writeUInt16LE(183, 18);
  await disk.writeFile(path, program);
}

/** Drivers, filesystems, boot loaders and what fstab needs. */
export const diskMutations: readonly Mutation[] = [
  {
    name: "virtio_scsi missing from the initramfs",
    change: (disk) => changeInitramfs(disk, /\/virtio_scsi\.ko/),
    expected: { contabo: ["+ error drivers.disk"], fybe: ["+ error drivers.disk"] },
  },
  {
    name: "no VirtIO at all in the initramfs",
    change: (disk) => changeInitramfs(disk, /\/virtio_[a-z]+\.ko/),
    expected: { all: ["+ error drivers.disk", "+ error drivers.network"] },
  },
  {
    name: "an XFS root",
    base: ["xfs", "gpt"],
    change: async () => {},
    expected: { all: ["+ warning disk.growth"], digitalocean: ["+ error filesystem.root"] },
  },
  {
    name: "a btrfs root",
    base: ["btrfs", "gpt"],
    change: async () => {},
    expected: { all: ["+ warning disk.growth"], digitalocean: ["+ error filesystem.root"] },
  },
  {
    name: "an LVM root behind an MBR",
    base: ["lvm", "mbr"],
    change: async () => {},
    expected: { all: ["+ warning disk.growth"] },
  },
  {
    name: "a LUKS root",
    change: (disk) =>
      replaceRoot(disk, async (path) => {
        const format = [
          "cryptsetup",
          "-q",
          "luksFormat",
          "--pbkdf",
          "pbkdf2",
          "--pbkdf-force-iterations",
          "1000",
        ];
        await nodeProcesses.run([...format, path, "-"], { input: "not a secret" });
      }),
    expected: {
      all: ["+ unknown os.found"],
      digitalocean: ["+ error filesystem.root", "+ warning disk.encrypted"],
      contabo: ["+ warning disk.encrypted"],
      fybe: ["+ warning disk.encrypted"],
      oci: ["+ error disk.encrypted"],
      "hypervisor-io": ["+ warning disk.encrypted"],
      kvm: ["+ warning disk.encrypted"],
    },
  },
  {
    name: "NTFS, as Windows has it",
    change: async (disk) => {
      await replaceRoot(disk, async (path) => {
        await nodeProcesses.run(["mkntfs", "-F", "-Q", "-q", "-L", "Windows", path]);
      });
      await nodeProcesses.run([
        "sfdisk",
        "-q",
        "--part-type",
        disk.path,
        "1",
        "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
      ]);
    },
    expected: {
      all: ["+ unknown os.found"],
      digitalocean: ["+ error filesystem.root", "+ error os.family"],
      contabo: ["+ error os.family"],
      fybe: ["+ error os.family"],
    },
  },
  {
    name: "programs for arm64",
    change: async (disk) => {
      for (const path of [
        "/usr/bin/dash",
        "/usr/lib/systemd/systemd",
        "/usr/bin/busybox",
        "/usr/bin/env",
        "/usr/bin/ls",
      ])
        await toArm64(disk, path);
    },
    expected: {
      digitalocean: ["+ error os.architecture"],
      contabo: ["+ error os.architecture"],
      fybe: ["+ error os.architecture"],
      "hypervisor-io": ["+ error os.architecture"],
    },
  },
  {
    name: "boots with UEFI only",
    change: (disk) => disk.writeBytes(0, Buffer.alloc(440)),
    expected: {
      digitalocean: ["+ error boot.firmware"],
      contabo: ["+ error boot.firmware"],
      fybe: ["+ error boot.firmware"],
      oci: ["+ info boot.firmware"],
      "hypervisor-io": ["+ info boot.firmware"],
      kvm: ["+ info boot.firmware"],
    },
  },
  {
    name: "no boot loader",
    change: async (disk) => {
      await disk.writeBytes(0, Buffer.alloc(440));
      await nodeProcesses.run(["mdel", "-i", `${disk.path}@@${8192 * 512}`, "::/EFI/BOOT/BOOTX64.EFI"]);
    },
    expected: { all: ["+ error boot.firmware"] },
  },
  {
    name: "a second disk needed by fstab",
    change: (disk) =>
      disk.append("/etc/fstab", "UUID=11111111-2222-3333-4444-555555555555 /srv ext4 defaults 0 2"),
    expected: { all: ["+ error fstab.other-disks"] },
  },
  {
    name: "a second disk that may be missing",
    change: (disk) =>
      disk.append("/etc/fstab", "UUID=11111111-2222-3333-4444-555555555555 /srv ext4 defaults,nofail 0 2"),
    expected: {},
  },
  {
    name: "the root named by its device",
    change: (disk) => disk.edit(grubMenu, /root=LABEL=\S+/, "root=/dev/vda1"),
    expected: {
      digitalocean: ["+ warning boot.root-by"],
      contabo: ["+ error boot.root-by"],
      fybe: ["+ error boot.root-by"],
      oci: ["+ error boot.root-by"],
      "hypervisor-io": ["+ warning boot.root-by"],
      kvm: ["+ warning boot.root-by"],
    },
  },
  {
    name: "no serial console",
    change: (disk) => disk.edit(grubMenu, / console=ttyS0,115200/, ""),
    expected: { all: ["+ info boot.serial-console"] },
  },
];

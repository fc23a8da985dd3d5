import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { arm64Image, bzImage, peSections } from "#core/image/testing/program-headers.ts";
import { readBootEntries } from "./boot/boot-entries.ts";
import { readKernels, rootDrivers } from "./kernels.ts";

const emptyInitramfs = gzipSync(Buffer.alloc(512));
const kernelsOf = async (files: MemoryFiles, needed: readonly string[]): ReturnType<typeof readKernels> => {
  const tree = createMemoryTree(files);
  return readKernels(tree, await readBootEntries(tree), needed);
};

const inFolder = (folder: string, names: readonly string[]): MemoryFiles =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, "module"]));
const debianModules = {
  "/lib/modules/6.1.0-18-amd64/modules.builtin":
    "kernel/drivers/virtio/virtio_pci.ko\nkernel/fs/ext4/ext4.ko\n",
  "/lib/modules/6.1.0-18-amd64/modules.dep":
    "kernel/drivers/scsi/virtio_scsi.ko.xz: kernel/drivers/net/virtio_net.ko\n" +
    "kernel/drivers/block/virtio_blk.ko:\nkernel/drivers/md/dm-mod.ko:\nkernel/drivers/scsi/sd_mod.ko: kernel/lib/x.ko\n",
  ...inFolder("/lib/modules/6.1.0-18-amd64/kernel/drivers", [
    "scsi/virtio_scsi.ko.xz",
    "md/dm-mod.ko",
    "scsi/sd_mod.ko",
  ]),
};

describe("readKernels", () => {
  it("tells built in, module and neither, in Debian's tree", async () => {
    const [kernel, ...others] = await kernelsOf(
      {
        ...debianModules,
        "/boot/vmlinuz": { link: "vmlinuz-6.1.0-18-amd64" },
        "/boot/vmlinuz-6.1.0-18-amd64": bzImage("6.1.0-18-amd64"),
        "/boot/initrd.img-6.1.0-18-amd64": emptyInitramfs,
      },
      rootDrivers("ext3", true),
    );
    expect(others).toEqual([]);
    const absent = { builtIn: false, module: false, inInitramfs: false };
    expect(kernel).toEqual({
      version: "6.1.0-18-amd64",
      imagePath: "/boot/vmlinuz-6.1.0-18-amd64",
      initramfsPath: "/boot/initrd.img-6.1.0-18-amd64",
      initramfsUnreadable: null,
      drivers: {
        virtio_pci: { ...absent, builtIn: true },
        virtio_blk: absent, // in modules.dep, but the file is gone
        virtio_scsi: { ...absent, module: true },
        sd_mod: { ...absent, module: true },
        virtio_net: absent, // another module's need, not a module itself
        ext4: { ...absent, builtIn: true },
        dm_mod: { ...absent, module: true },
      },
    });
  });

  it("puts the kernel that boots by default first, then the newest", async () => {
    const kernels = await kernelsOf(
      {
        ...debianModules,
        "/boot/grub/grub.cfg": "linux /boot/vmlinuz-5.10.0-9-amd64 root=LABEL=x\n",
        "/boot/vmlinuz-5.10.0-9-amd64": bzImage("5.10.0-9-amd64"),
        "/boot/vmlinuz-5.10.0-28-amd64": bzImage("5.10.0-28-amd64"),
        "/boot/vmlinuz-6.1.0-18-amd64": bzImage("6.1.0-18-amd64"),
        "/boot/vmlinuz-0-rescue-abc": bzImage("6.1.0-18-amd64"),
      },
      ["ext4"],
    );
    expect(kernels.map(({ version }) => version)).toEqual([
      "5.10.0-9-amd64",
      "6.1.0-18-amd64",
      "5.10.0-28-amd64",
    ]);
    expect(kernels[0]?.drivers).toEqual({}); // no list of its modules: nothing is claimed
  });

  it("knows Alpine's and Arch's kernels without a number by their modules", async () => {
    const alpine = await kernelsOf(
      {
        "/boot/vmlinuz-virt": "no header",
        "/boot/initramfs-virt": emptyInitramfs,
        "/lib/modules/6.6.14-0-virt/modules.builtin": "kernel/fs/ext4/ext4.ko\n",
        "/lib/modules/6.6.10-0-lts/modules.builtin": "",
      },
      ["ext4"],
    );
    expect(alpine).toMatchObject([
      {
        version: "6.6.14-0-virt",
        initramfsPath: "/boot/initramfs-virt",
        drivers: { ext4: { builtIn: true } },
      },
    ]);
    const arch = await kernelsOf(
      {
        "/boot/vmlinuz-linux": bzImage("6.7.4-arch1-1"),
        "/boot/initramfs-linux.img": emptyInitramfs,
        "/boot/initramfs-linux-fallback.img": emptyInitramfs,
        "/usr/lib/modules/6.7.4-arch1-1/vmlinuz": bzImage("6.7.4-arch1-1"),
        "/usr/lib/modules/6.7.4-arch1-1/modules.builtin": "kernel/drivers/virtio/virtio_pci.ko\n",
      },
      ["btrfs"],
    );
    expect(arch).toMatchObject([
      {
        version: "6.7.4-arch1-1",
        imagePath: "/boot/vmlinuz-linux",
        initramfsPath: "/boot/initramfs-linux.img",
        drivers: { virtio_pci: { builtIn: true }, btrfs: { builtIn: false } },
      },
    ]);
  });

  it("finds kernels that are only beside their modules, and arm64 ones by their name", async () => {
    const version = "6.4.0-150600.9-default";
    const suse = await kernelsOf(
      {
        [`/usr/lib/modules/${version}/vmlinuz`]: bzImage(version),
        [`/boot/vmlinuz-${version}`]: { link: `../usr/lib/modules/${version}/vmlinuz` },
        [`/boot/initrd-${version}`]: emptyInitramfs,
        "/boot/vmlinuz": { link: `vmlinuz-${version}` },
        [`/usr/lib/modules/${version}/modules.builtin`]: "kernel/fs/xfs/xfs.ko",
      },
      ["xfs"],
    );
    expect(suse).toMatchObject([
      {
        version,
        imagePath: `/usr/lib/modules/${version}/vmlinuz`,
        initramfsPath: `/boot/initrd-${version}`,
        drivers: { xfs: { builtIn: true } },
      },
    ]);
    const arm = await kernelsOf({ "/boot/vmlinuz-6.1.0-18-arm64": arm64Image() }, ["ext4"]);
    expect(arm.map((kernel) => kernel.version)).toEqual(["6.1.0-18-arm64"]);
  });

  it("looks into a unified kernel image on an EFI partition that is not mounted", async () => {
    const unified = peSections({
      ".cmdline": Buffer.from("root=UUID=1 rw console=ttyS0"),
      ".uname": Buffer.from("6.7.4-arch1-1"),
      ".linux": bzImage("6.7.4-arch1-1"),
      ".initrd": emptyInitramfs,
    });
    const efi = createMemoryTree({ "/EFI/Linux/arch-linux.efi": unified, "/EFI/Linux/notes.efi": "text" });
    const tree = createMemoryTree({
      "/usr/lib/modules/6.7.4-arch1-1/modules.builtin": "kernel/drivers/virtio/virtio_pci.ko\n",
      "/usr/lib/modules/6.7.4-arch1-1/vmlinuz": bzImage("6.7.4-arch1-1"),
    });
    const entries = await readBootEntries(tree, [efi]);
    expect(entries[0]?.commandLine).toEqual({
      text: "root=UUID=1 rw console=ttyS0",
      where: { path: "/EFI/Linux/arch-linux.efi", line: null },
    });
    expect(await readKernels(tree, entries, ["ext4"])).toMatchObject([
      {
        version: "6.7.4-arch1-1",
        imagePath: "/EFI/Linux/arch-linux.efi",
        initramfsPath: "/EFI/Linux/arch-linux.efi",
        initramfsUnreadable: null,
        drivers: {
          virtio_pci: { builtIn: true, inInitramfs: false },
          ext4: { builtIn: false, module: false, inInitramfs: false },
        },
      },
    ]);
  });

  it("falls back to the kernel's configuration where there are no modules", async () => {
    const config = "#\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_BLK=m\nCONFIG_SCSI_VIRTIO=y\nCONFIG_EXT4_FS=y\n";
    const [kernel] = await kernelsOf(
      { "/boot/vmlinuz-6.1.0": bzImage("6.1.0"), "/boot/config-6.1.0": config },
      ["ext4"],
    );
    const states = Object.entries(kernel?.drivers ?? {}).map(([name, { builtIn, module }]) => [
      name,
      builtIn,
      module,
    ]);
    expect(states).toEqual([
      ["virtio_pci", true, false],
      ["virtio_blk", false, false],
      ["virtio_scsi", true, false],
      ["sd_mod", false, false],
      ["virtio_net", false, false],
      ["ext4", true, false],
    ]);
  });

  it("says why an initramfs could not be read", async () => {
    const [kernel] = await kernelsOf(
      {
        ...debianModules,
        "/boot/vmlinuz-6.1.0-18-amd64": "no header",
        "/boot/initrd.img-6.1.0-18-amd64": "nonsense",
      },
      ["ext4"],
    );
    expect(kernel).toMatchObject({
      version: "6.1.0-18-amd64",
      initramfsUnreadable: "its format is not known",
      drivers: { virtio_scsi: { module: true, inInitramfs: null } },
    });
  });
});

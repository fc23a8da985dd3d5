import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readBootEntries } from "./boot/boot-entries.ts";
import { readIdentity } from "./identity.ts";
import { readKernels } from "./kernels.ts";
import { readOs } from "./os.ts";

/** The setup header of a bzImage with its version text. */
function bzImage(version: string): Buffer {
  const image = Buffer.alloc(0x600);
  image.write("HdrS", 0x202);
  image.writeUInt16LE(0x300, 0x20e);
  image.write(`${version} (builder@host) #1 SMP\0`, 0x500);
  return image;
}

const elf = (machine: number): Buffer => {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f45_4c46, 0);
  head.writeUInt8(2, 4);
  head.writeUInt8(1, 5);
  head.writeUInt16LE(machine, 18);
  return head;
};

const grub = (text: string): MemoryFiles => ({
  "/boot/grub/grub.cfg": text,
  "/boot/vmlinuz-6.1": bzImage("6.1.0-1-amd64"),
  "/boot/vmlinuz-5.10": bzImage("5.10.0-9-amd64"),
});

describe("boot entries", () => {
  it("reads grub.cfg: default entry, continuation, variables", async () => {
    const text = `set default="1"
set opts="quiet splash"
menuentry 'new' { search --set=root
\tlinux\t/boot/vmlinuz-6.1 root=UUID=a ro
\tinitrd\t/boot/initrd.img-6.1
}
menuentry 'old' {
\tlinux ($root)/boot/vmlinuz-5.10 root=/dev/sda1 \\
\t  \${opts} console=ttyS0
\tinitrd /boot/ucode.img /boot/initrd.img-5.10
}`;
    const [first, second] = await readBootEntries(createMemoryTree(grub(text)));
    expect(first).toMatchObject({
      kernelPath: "/boot/vmlinuz-5.10",
      initrdPaths: ["/boot/ucode.img", "/boot/initrd.img-5.10"],
      commandLine: {
        text: "root=/dev/sda1 quiet splash console=ttyS0",
        where: { path: "/boot/grub/grub.cfg", line: 8 },
      },
    });
    expect(second?.commandLine.text).toBe("root=UUID=a ro");
  });

  it("finds a kernel that grub.cfg names from a boot partition's own root", async () => {
    const tree = createMemoryTree({
      "/boot/grub2/grub.cfg": "linux /vmlinuz-6.1 root=LABEL=x\n",
      "/boot/vmlinuz-6.1": "k",
    });
    expect((await readBootEntries(tree))[0]?.kernelPath).toBe("/boot/vmlinuz-6.1");
  });

  it("reads entry files with $kernelopts, the newest first", async () => {
    const tree = createMemoryTree({
      "/boot/grub2/grub.cfg": "insmod blscfg\nblscfg\n",
      "/boot/grub2/grubenv": "# GRUB Environment Block\nkernelopts=root=UUID=1 ro console=ttyS0\n",
      "/boot/loader/entries/a-5.9.conf": "linux /vmlinuz-5.9\noptions root=UUID=0\n",
      "/boot/loader/entries/a-5.14.conf":
        "title x\nlinux /vmlinuz-5.14\ninitrd /initramfs-5.14.img $tuned_initrd\noptions $kernelopts\n",
    });
    expect((await readBootEntries(tree)).map((entry) => entry.commandLine.text)).toEqual([
      "root=UUID=1 ro console=ttyS0",
      "root=UUID=0",
    ]);
  });

  it("reads extlinux.conf", async () => {
    const tree = createMemoryTree({
      "/boot/extlinux.conf":
        "DEFAULT virt\nLABEL virt\n  LINUX vmlinuz-virt\n  INITRD initramfs-virt\n  APPEND root=UUID=9\n",
      "/boot/vmlinuz-virt": "k",
    });
    expect(await readBootEntries(tree)).toMatchObject([
      {
        kernelPath: "/boot/vmlinuz-virt",
        initrdPaths: ["/initramfs-virt"],
        commandLine: { text: "root=UUID=9" },
      },
    ]);
  });
});

describe("kernels", () => {
  const modules: MemoryFiles = {
    "/lib/modules/6.1.0-1-amd64/modules.builtin":
      "kernel/drivers/virtio/virtio_pci.ko\nkernel/fs/ext4/ext4.ko\n",
    "/lib/modules/6.1.0-1-amd64/modules.dep":
      "kernel/drivers/scsi/virtio_scsi.ko.xz: kernel/drivers/net/virtio_net.ko\nkernel/drivers/block/virtio_blk.ko:\n",
  };

  it("tells built in, module and neither", async () => {
    const tree = createMemoryTree({
      ...modules,
      "/boot/vmlinuz": { link: "vmlinuz-6.1" },
      "/boot/vmlinuz-6.1": bzImage("6.1.0-1-amd64"),
      "/boot/initrd.img-6.1.0-1-amd64": gzipSync(Buffer.alloc(512)),
    });
    const [kernel, ...others] = await readKernels(tree, [], "ext4");
    expect(others).toEqual([]);
    expect(kernel).toMatchObject({
      version: "6.1.0-1-amd64",
      imagePath: "/boot/vmlinuz-6.1",
      initramfsPath: "/boot/initrd.img-6.1.0-1-amd64",
      initramfsUnreadable: null,
      drivers: {
        virtio_pci: { builtIn: true, module: false, inInitramfs: false },
        virtio_scsi: { builtIn: false, module: true, inInitramfs: false },
        virtio_net: { builtIn: false, module: false, inInitramfs: false },
        ext4: { builtIn: true },
      },
    });
  });

  it("puts the kernel that boots by default first", async () => {
    const tree = createMemoryTree({ ...grub("linux /boot/vmlinuz-5.10 root=LABEL=x\n"), ...modules });
    const kernels = await readKernels(tree, await readBootEntries(tree), "ext4");
    expect(kernels.map((kernel) => kernel.version)).toEqual(["5.10.0-9-amd64", "6.1.0-1-amd64"]);
    expect(kernels[0]?.drivers).toEqual({}); // no list of its modules: nothing is claimed
  });

  it("says why an initramfs could not be read", async () => {
    const tree = createMemoryTree({
      ...modules,
      "/boot/vmlinuz-6.1.0-1-amd64": "no header",
      "/boot/initrd.img-6.1.0-1-amd64": Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]),
    });
    expect((await readKernels(tree, [], "ext4"))[0]).toMatchObject({
      version: "6.1.0-1-amd64",
      initramfsUnreadable: "it is packed with xz, which is not read yet",
      drivers: { virtio_scsi: { module: true, inInitramfs: null } },
    });
  });
});

describe("system and identity", () => {
  it("reads os-release with quotes and the ELF machine", async () => {
    const tree = createMemoryTree({
      "/etc/os-release": `NAME=x\nID="alma"\nVERSION_ID='9.4'\nPRETTY_NAME="Alma \\"9\\" \u001b[31m"\n`,
      "/bin/sh": { link: "busybox" },
      "/bin/busybox": elf(183),
    });
    expect(await readOs(tree)).toEqual({
      family: "linux",
      id: "alma",
      versionId: "9.4",
      prettyName: 'Alma "9"  [31m',
      architecture: "aarch64",
    });
  });

  it.each([
    ["absent", {}],
    ["empty", { "/etc/machine-id": "\n" }],
    ["uninitialized", { "/etc/machine-id": "uninitialized\n" }],
    ["set", { "/etc/machine-id": "0123456789abcdef0123456789abcdef\n" }],
  ])("machine-id %s", async (state, files) => {
    expect((await readIdentity(createMemoryTree(files))).machineId).toBe(state);
  });

  it("finds authorized keys in the homes of /etc/passwd, not empty ones", async () => {
    const tree = createMemoryTree({
      "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/srv/me:/bin/sh\n",
      "/root/.ssh/authorized_keys": "# none\n\n",
      "/srv/me/.ssh/authorized_keys": "ssh-ed25519 AAAA me\n",
    });
    expect((await readIdentity(tree)).authorizedKeys).toEqual(["/srv/me/.ssh/authorized_keys"]);
  });
});

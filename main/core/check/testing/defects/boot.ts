import type { ImageFacts } from "#contract/facts.ts";
import type { FstabEntryFacts } from "#contract/facts-disk.ts";
import { all, allBut, at, defect, none, set, type Change, type Defect } from "./defect.ts";

const inInitramfs = { builtIn: false, module: true, inInitramfs: true };

const kernel = (change: (first: ImageFacts["kernels"][number]) => void): Change => {
  return (facts) => {
    for (const first of facts.kernels) change(first);
  };
};
const drivers = (
  names: readonly string[],
  change: Partial<typeof inInitramfs> | { inInitramfs: null },
): Change =>
  kernel((first) => {
    for (const name of names) first.drivers[name] = { ...inInitramfs, ...change };
  });

const mounting =
  (entry: Partial<FstabEntryFacts>): Change =>
  (facts) => {
    facts.fstab?.push({
      line: 2,
      spec: "UUID=11111111-2222-3333-4444-555555555555",
      namedBy: "uuid",
      mountPoint: "/data",
      type: "ext4",
      options: ["defaults"],
      inImage: true,
      ...entry,
    });
  };

const rootBy = (rootSpec: string): Change => set("boot", { rootSpec });

export const boot: readonly Defect[] = [
  defect(
    "UEFI only",
    set("boot", { biosBootCode: false, grubCore: false }),
    allBut("info boot.firmware", {
      digitalocean: ["error boot.firmware"],
      contabo: ["error boot.firmware"],
      fybe: ["error boot.firmware"],
    }),
  ),
  defect("BIOS only", set("boot", { efiRemovablePath: null }), none),
  defect(
    "UEFI only, and only with an entry in the firmware",
    set("boot", { biosBootCode: false, grubCore: false, efiRemovablePath: null }),
    all("error boot.firmware"),
  ),
  defect(
    "no boot loader",
    set("boot", { biosBootCode: false, grubCore: false, efiRemovablePath: null, efiPrograms: [] }),
    all("error boot.firmware"),
  ),
  defect("boot code that is not GRUB's", set("boot", { grubCore: false }), all("info boot.firmware")),
  defect("extlinux", set("boot", { grubCore: false, extlinuxPath: "/boot/extlinux.conf" }), none),
  defect("the boot chain not read", (facts) => (facts.boot = null), all("unknown boot.firmware")),
  defect("no serial console", set("boot", { serialConsole: false }), all("info boot.serial-console")),
  defect(
    "root by device",
    rootBy("/dev/sda1"),
    allBut("warning boot.root-by", { contabo: [], fybe: [], oci: ["error boot.root-by"] }),
  ),
  defect(
    "root by the name of a virtio disk",
    rootBy("/dev/vda1"),
    allBut("warning boot.root-by", {
      contabo: ["error boot.root-by"],
      fybe: ["error boot.root-by"],
      oci: ["error boot.root-by"],
    }),
  ),
  defect("root by label", rootBy("LABEL=root"), none),
  defect("root on a filesystem that is not there", rootBy("UUID=0-0-0"), all("error boot.root-in-image")),
  defect("two disks needed by fstab", mounting({ inImage: false }), all("error fstab.other-disks")),
  defect("a second disk with nofail", mounting({ inImage: false, options: ["defaults", "nofail"] }), none),
  defect(
    "swap on a second disk",
    mounting({ inImage: false, mountPoint: "none", type: "swap" }),
    all("info fstab.other-disks"),
  ),
  defect(
    "fstab names another root",
    mounting({ inImage: false, mountPoint: "/" }),
    all("warning fstab.other-disks"),
  ),
  defect(
    "a filesystem by device in fstab",
    mounting({ spec: "/dev/sda2", namedBy: "device" }),
    allBut("warning fstab.by-uuid", { contabo: [], fybe: [] }),
  ),
  defect(
    "a filesystem by the name of a virtio disk in fstab",
    mounting({ spec: "/dev/vda2", namedBy: "device", inImage: null }),
    allBut("warning fstab.by-uuid", { contabo: ["error fstab.by-uuid"], fybe: ["error fstab.by-uuid"] }),
  ),
  defect(
    "a filesystem by the disk's serial number in fstab",
    mounting({ spec: "/dev/disk/by-id/scsi-1-part2", namedBy: "other", inImage: null }),
    all("error fstab.by-uuid"),
  ),
  defect(
    "a network filesystem",
    mounting({ spec: "nas:/x", namedBy: "network", type: "nfs", inImage: null }),
    none,
  ),
  defect("fstab not read", (facts) => (facts.fstab = null), all("unknown fstab.other-disks")),
  defect(
    "virtio_scsi missing from the initramfs",
    drivers(["virtio_scsi"], { inInitramfs: false }),
    at({ contabo: ["error drivers.disk"], fybe: ["error drivers.disk"] }),
  ),
  defect(
    "no virtio disk in the initramfs",
    drivers(["virtio_scsi", "virtio_blk"], { inInitramfs: false }),
    all("error drivers.disk"),
  ),
  defect(
    "virtio_pci missing from the initramfs",
    drivers(["virtio_pci"], { inInitramfs: false }),
    all("error drivers.disk"),
  ),
  defect(
    "an initramfs that cannot be read",
    drivers(["virtio_scsi", "virtio_blk", "virtio_pci"], { inInitramfs: null }),
    all("unknown drivers.disk"),
  ),
  defect(
    "all drivers built in, no initramfs",
    kernel((first) => {
      first.initramfsPath = null;
      for (const name of Object.keys(first.drivers))
        first.drivers[name] = { builtIn: true, module: false, inInitramfs: null };
    }),
    none,
  ),
  defect(
    "modules but no initramfs",
    kernel((first) => {
      first.initramfsPath = null;
      for (const name of Object.keys(first.drivers))
        first.drivers[name] = { builtIn: false, module: true, inInitramfs: null };
    }),
    all("error drivers.disk"),
  ),
  defect(
    "virtio_net missing",
    drivers(["virtio_net"], { module: false, inInitramfs: false }),
    all("error drivers.network"),
  ),
  defect(
    "no kernel",
    (facts) => (facts.kernels = []),
    all("unknown drivers.disk", "unknown drivers.network"),
  ),
  defect(
    "SELinux enforcing, files without labels",
    (facts) => (facts.selinux = selinux({ unlabelled: ["/etc/shadow"] })),
    all("error selinux.labels"),
  ),
  defect(
    "SELinux permissive, files without labels",
    (facts) => (facts.selinux = selinux({ mode: "permissive", unlabelled: ["/etc/shadow"] })),
    all("info selinux.labels"),
  ),
  defect(
    "SELinux relabels at the first boot",
    (facts) => (facts.selinux = selinux({ unlabelled: ["/etc/shadow"], relabelPending: true })),
    all("info selinux.labels"),
  ),
  defect(
    "SELinux labels not read",
    (facts) => (facts.selinux = selinux({ unlabelled: null })),
    all("unknown selinux.labels"),
  ),
  defect("SELinux with labels", (facts) => (facts.selinux = selinux({})), none),
  defect("no guest agent", (facts) => (facts.agents = []), at({ "hypervisor-io": ["info agent.wanted"] })),
  defect(
    "DigitalOcean's own monitoring agent",
    (facts) => facts.agents?.push({ name: "do-agent", path: "/opt/do-agent", enabledAtBoot: true }),
    at({ digitalocean: ["info agent.unwanted"] }),
  ),
  defect(
    "agents not read",
    (facts) => (facts.agents = null),
    at({ digitalocean: ["unknown agent.unwanted"], "hypervisor-io": ["unknown agent.wanted"] }),
  ),
];

function selinux(change: Partial<NonNullable<ImageFacts["selinux"]>>): NonNullable<ImageFacts["selinux"]> {
  const where = { path: "/etc/selinux/config", line: 6 };
  return { mode: "enforcing", where, relabelPending: false, unlabelled: [], ...change };
}

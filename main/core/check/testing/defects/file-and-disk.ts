import type { ImageFacts } from "#contract/facts.ts";
import { all, allBut, at, defect, none, noSystem, set, type Change, type Defect } from "./defect.ts";

const GB = 1_000_000_000;
const GiB = 1024 ** 3;

const assign =
  (change: Partial<ImageFacts>): Change =>
  (facts) => {
    Object.assign(facts, change);
  };

/** The root filesystem is of another type. */
const rootType =
  (type: string): Change =>
  (facts) => {
    for (const { filesystem } of facts.partitions) if (filesystem !== null) filesystem.type = type;
  };

/** The partition holds something that no reader opens. */
const closed =
  (type: string): Change =>
  (facts) => {
    Object.assign(facts, noSystem);
    for (const partition of facts.partitions)
      partition.filesystem = { type, label: null, uuid: null, unreadable: "it cannot be opened" };
  };

const onLvm: Change = (facts) => {
  const root = facts.partitions[0];
  if (root === undefined) return;
  facts.logicalVolumes = [
    {
      name: "vg/root",
      devicePath: "/dev/mapper/vg-root",
      sizeBytes: 3 * GB,
      segmentTypes: ["linear"],
      filesystem: root.filesystem,
      unreadable: null,
    },
  ];
  root.filesystem = { type: "LVM2_member", label: null, uuid: "x", unreadable: null };
  facts.rootVolume = "vg/root";
  facts.growth = { partitionBy: "cloud-init", filesystemBy: null, rootIsLast: true };
  if (facts.boot !== null) facts.boot.rootSpec = "/dev/mapper/vg-root";
};

const withSwapBehind: Change = (facts) => {
  const root = facts.partitions[0];
  if (root === undefined) return;
  const filesystem = { type: "swap", label: null, uuid: "5", unreadable: null };
  facts.partitions.push({ ...root, number: 2, startByte: 4 * GB, sizeBytes: 200_000_000, filesystem });
  if (facts.growth !== null) facts.growth.rootIsLast = false;
};

export const fileAndDisk: readonly Defect[] = [
  defect("nothing", () => {}, none),
  defect(
    "raw",
    assign({ format: "raw", compressedClusters: null }),
    at({
      contabo: ["error format.accepted"],
      fybe: ["error format.accepted"],
      oci: ["error format.accepted"],
    }),
  ),
  defect(
    "VMDK",
    assign({ format: "vmdk", compressedClusters: null }),
    at({
      contabo: ["error format.accepted"],
      fybe: ["error format.accepted"],
      "hypervisor-io": ["error format.accepted"],
    }),
  ),
  defect(
    "VHD",
    assign({ format: "vhd", compressedClusters: null }),
    allBut("error format.accepted", { kvm: [] }),
  ),
  defect("zstd clusters", assign({ compressedClusters: "zstd" }), all("warning format.compression")),
  defect(
    "gzip around it",
    assign({ archive: "gzip" }),
    at({ contabo: ["error format.archive"], fybe: ["error format.archive"], oci: ["error format.archive"] }),
  ),
  defect(
    "xz around it",
    assign({ archive: "xz" }),
    allBut("error format.archive", { "hypervisor-io": [], kvm: [] }),
  ),
  defect(
    "a disk of 101 GB",
    assign({ virtualBytes: 101 * GB }),
    at({ digitalocean: ["warning size.limit"], contabo: ["warning size.limit"] }),
  ),
  defect(
    "a disk of 101 GiB",
    assign({ virtualBytes: 101 * GiB }),
    at({ digitalocean: ["error size.limit"], contabo: ["error size.limit"] }),
  ),
  defect(
    "a file of 30 GB",
    assign({ fileBytes: 30 * GB }),
    at({ contabo: ["warning size.limit"], fybe: ["error size.limit"] }),
  ),
  defect(
    "a disk of 500 GB",
    assign({ virtualBytes: 500 * GB }),
    at({ digitalocean: ["error size.limit"], contabo: ["error size.limit"], oci: ["error size.limit"] }),
  ),
  defect("an empty disk", assign({ ...noSystem, partitions: [] }), all("error os.found")),
  defect(
    "arm64",
    set("os", { architecture: "aarch64" }),
    allBut("error os.architecture", { oci: [], kvm: [] }),
  ),
  defect("unknown architecture", set("os", { architecture: null }), all("unknown os.architecture")),
  defect("an unknown system", set("os", { family: "unknown" }), all("unknown os.family")),
  defect("FreeBSD", set("os", { family: "bsd" }), at({ oci: ["warning os.family"] })),
  defect(
    "FreeBSD with its own kernel",
    (facts) => {
      set("os", { family: "bsd" })(facts);
      facts.kernels = [];
    },
    allBut(["unknown drivers.disk", "unknown drivers.network"], {
      oci: ["warning os.family", "unknown drivers.disk", "unknown drivers.network"],
    }),
  ),
  defect("XFS root", rootType("xfs"), at({ digitalocean: ["error filesystem.root"] })),
  defect("btrfs root", rootType("btrfs"), at({ digitalocean: ["error filesystem.root"] })),
  defect("ext3 root", rootType("ext3"), none),
  defect(
    "Windows-like NTFS",
    closed("ntfs"),
    allBut("unknown os.found", {
      digitalocean: ["error os.family", "error filesystem.root", "unknown os.found"],
      contabo: ["error os.family", "unknown os.found"],
      fybe: ["error os.family", "unknown os.found"],
    }),
  ),
  defect(
    "LUKS root",
    closed("crypto_LUKS"),
    allBut(["warning disk.encrypted", "unknown os.found"], {
      digitalocean: ["warning disk.encrypted", "error filesystem.root", "unknown os.found"],
      oci: ["error disk.encrypted", "unknown os.found"],
    }),
  ),
  defect(
    "ZFS root",
    closed("zfs_member"),
    allBut("unknown os.found", {
      digitalocean: ["error filesystem.root", "unknown os.found"],
    }),
  ),
  defect("LVM root", onLvm, all("warning disk.growth")),
  defect(
    "no partition table",
    assign({ partitionTable: "none" }),
    at({ oci: ["error disk.partition-table"] }),
  ),
  defect(
    "no partition table on a raw disk",
    assign({ partitionTable: "none", format: "raw", compressedClusters: null }),
    at({
      digitalocean: ["error disk.partition-table"],
      contabo: ["error format.accepted"],
      fybe: ["error format.accepted"],
      oci: ["error format.accepted"],
    }),
  ),
  defect(
    "nothing grows the root",
    set("growth", { partitionBy: null, filesystemBy: null }),
    all("warning disk.growth"),
  ),
  defect("growth not read", assign({ growth: null }), all("unknown disk.growth")),
  defect("swap behind the root", withSwapBehind, all("warning disk.growth", "info disk.swap")),
];

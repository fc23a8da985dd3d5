/**
 * What the installer's own packages (udebs) hold, for those that can be wrapped anew from ordinary packages. Paths are
 * as in the ordinary package and stay the same; `*` stands for anything within a name.
 */
export interface FileRecipe {
  /** Ordinary package -> what of it. */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

const inSbin = (...names: string[]): string[] => names.map((name) => `usr/sbin/${name}`);
const library = (name: string): string => `usr/lib/x86_64-linux-gnu/${name}.so.*`;

export const fileRecipes: Readonly<Record<string, FileRecipe>> = {
  "e2fsprogs-udeb": {
    files: {
      e2fsprogs: [
        ...inSbin("badblocks", "debugfs", "e2fsck", "e2label", "mke2fs", "resize2fs", "tune2fs"),
        ...inSbin("fsck.ext2", "fsck.ext3", "fsck.ext4", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4"),
        "etc/mke2fs.conf",
      ],
      libext2fs2t64: [library("libext2fs"), library("libe2p")],
      "libcom-err2": [library("libcom_err")],
      libss2: [library("libss")],
    },
  },
  "libfdisk1-udeb": { files: { libfdisk1: [library("libfdisk")] } },
  "libsmartcols1-udeb": { files: { libsmartcols1: [library("libsmartcols")] } },
  "libmount1-udeb": { files: { libmount1: [library("libmount")] } },
  "fdisk-udeb": { files: { fdisk: ["usr/sbin/fdisk", "usr/sbin/sfdisk", "usr/sbin/cfdisk"] } },
  "eject-udeb": { files: { eject: ["usr/bin/eject"] } },
  "xfsprogs-udeb": { files: { xfsprogs: ["usr/sbin/mkfs.xfs", "usr/sbin/xfs_repair", "usr/sbin/fsck.xfs"] } },
};

/**
 * Kernel modules of a udeb, by the stem of its name: folders (with `/` at the end) and modules below `kernel/`. What they
 * depend on comes with them. Of drivers only those that virtual machines have; the file systems whole.
 */
export const moduleRecipes: Readonly<Record<string, readonly string[]>> = {
  "cdrom-core-modules": ["drivers/cdrom/", "drivers/scsi/sr_mod"],
  "isofs-modules": ["fs/isofs/"],
  "udf-modules": ["fs/udf/"],
  "ext4-modules": ["fs/ext4/", "fs/jbd2/", "fs/mbcache"],
  "xfs-modules": ["fs/xfs/"],
  "jfs-modules": ["fs/jfs/"],
  "btrfs-modules": ["fs/btrfs/"],
  "loop-modules": ["drivers/block/loop"],
  "md-modules": ["drivers/md/dm-mod", "drivers/md/dm-mirror", "drivers/md/dm-snapshot", "drivers/md/raid1"],
  "ata-modules": ["drivers/ata/libata"],
  "sata-modules": ["drivers/ata/ahci", "drivers/ata/ata_piix"],
  "pata-modules": ["drivers/ata/ata_generic", "drivers/ata/pata_legacy"],
  "scsi-modules": [
    "drivers/scsi/virtio_scsi",
    "drivers/block/virtio_blk",
    "drivers/nvme/host/nvme",
    "drivers/scsi/hv_storvsc",
    "drivers/scsi/vmw_pvscsi",
    "drivers/block/xen-blkfront",
  ],
};

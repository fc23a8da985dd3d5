/** The package managers that Goldsmith can speak to. */
export const managerNames = ["apt", "dnf", "pacman", "zypper", "brew", "winget", "choco"] as const;
export type ManagerName = (typeof managerNames)[number];

export interface Need {
  /** Any one of these programs fills the need; `uefi-firmware` is looked for as the doctor does. */
  readonly programs: readonly [string, ...string[]];
  readonly group: "machines" | "practice" | "tests";
  readonly purpose: string;
  /** A manager that is not named has no such package, as far as is known. */
  readonly packages: Partial<Record<ManagerName, readonly string[]>>;
}

const qemuEverywhere = {
  brew: ["qemu"],
  winget: ["SoftwareFreedomConservancy.QEMU"],
  choco: ["qemu"],
} as const;

/** What is needed, what for, and which package brings it. Package names per distribution: data, not code. */
export const needs: readonly Need[] = [
  {
    programs: ["qemu-system-x86_64"],
    group: "machines",
    purpose: "runs machines",
    packages: {
      apt: ["qemu-system-x86"],
      dnf: ["qemu-system-x86"],
      pacman: ["qemu-system-x86"],
      zypper: ["qemu-x86"],
      ...qemuEverywhere,
    },
  },
  {
    programs: ["qemu-img"],
    group: "machines",
    purpose: "makes, converts and compares disks",
    packages: {
      apt: ["qemu-utils"],
      dnf: ["qemu-img"],
      pacman: ["qemu-img"],
      zypper: ["qemu-img"],
      ...qemuEverywhere,
    },
  },
  {
    programs: ["qemu-nbd"],
    group: "machines",
    purpose: "opens images read-only for checks",
    packages: {
      apt: ["qemu-utils"],
      dnf: ["qemu-img"],
      pacman: ["qemu-img"],
      zypper: ["qemu-tools"],
      ...qemuEverywhere,
    },
  },
  {
    programs: ["uefi-firmware"],
    group: "machines",
    purpose: "lets machines boot by UEFI",
    packages: {
      apt: ["ovmf"],
      dnf: ["edk2-ovmf"],
      pacman: ["edk2-ovmf"],
      zypper: ["qemu-ovmf-x86_64"],
      ...qemuEverywhere,
    },
  },
  {
    programs: ["xorriso"],
    group: "practice",
    purpose: "builds the practice installer, and the CD with the answers for an installer",
    packages: {
      apt: ["xorriso"],
      dnf: ["xorriso"],
      pacman: ["libisoburn"],
      zypper: ["xorriso"],
      brew: ["xorriso"],
    },
  },
  {
    programs: ["mformat"],
    group: "practice",
    purpose: "builds the practice installer",
    packages: { apt: ["mtools"], dnf: ["mtools"], pacman: ["mtools"], zypper: ["mtools"], brew: ["mtools"] },
  },
  {
    programs: ["mmdebstrap"],
    group: "practice",
    purpose: "fetches the practice guest's packages",
    packages: { apt: ["mmdebstrap"] },
  },
  {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    group: "tests",
    purpose: "clicks through the window",
    packages: {
      apt: ["chromium"],
      dnf: ["chromium"],
      pacman: ["chromium"],
      zypper: ["chromium"],
      brew: ["chromium"],
    },
  },
  {
    programs: ["sshd"],
    group: "tests",
    purpose: "stands in for a guest's SSH server",
    packages: {
      apt: ["openssh-server"],
      dnf: ["openssh-server"],
      pacman: ["openssh"],
      zypper: ["openssh-server"],
    },
  },
  {
    programs: ["sftp"],
    group: "tests",
    purpose: "reads by SFTP what we have sent",
    packages: {
      apt: ["openssh-client"],
      dnf: ["openssh-clients"],
      pacman: ["openssh"],
      zypper: ["openssh-clients"],
    },
  },
  {
    programs: ["nginx"],
    group: "tests",
    purpose: "serves by HTTP what was sent by SFTP",
    packages: {
      apt: ["nginx-light"],
      dnf: ["nginx"],
      pacman: ["nginx"],
      zypper: ["nginx"],
      brew: ["nginx"],
    },
  },
  {
    programs: ["ceph-mon"],
    group: "tests",
    purpose: "S3 storage that is not our own",
    packages: { apt: ["ceph-mon"] },
  },
  {
    programs: ["ceph-osd"],
    group: "tests",
    purpose: "S3 storage that is not our own",
    packages: { apt: ["ceph-osd"] },
  },
  {
    programs: ["radosgw"],
    group: "tests",
    purpose: "S3 storage that is not our own",
    packages: { apt: ["radosgw"] },
  },
  {
    programs: ["ceph-authtool"],
    group: "tests",
    purpose: "S3 storage that is not our own",
    packages: { apt: ["ceph-common"] },
  },
  {
    programs: ["rclone"],
    group: "tests",
    purpose: "reads what we have staged, as a client that is not our own",
    packages: {
      apt: ["rclone"],
      dnf: ["rclone"],
      pacman: ["rclone"],
      zypper: ["rclone"],
      brew: ["rclone"],
    },
  },
  {
    programs: ["curl"],
    group: "tests",
    purpose: "asks the practice accounts as the providers' documents do",
    packages: { apt: ["curl"], dnf: ["curl"], pacman: ["curl"], zypper: ["curl"], brew: ["curl"] },
  },
  {
    programs: ["openssl"],
    group: "tests",
    purpose: "makes certificates that nobody trusts yet",
    packages: {
      apt: ["openssl"],
      dnf: ["openssl"],
      pacman: ["openssl"],
      zypper: ["openssl"],
      brew: ["openssl"],
    },
  },
  {
    programs: ["grub-mkimage"],
    group: "tests",
    purpose: "makes test media bootable",
    packages: { apt: ["grub-common", "grub-pc-bin", "grub-efi-amd64-bin"] },
  },
  {
    programs: ["sfdisk"],
    group: "tests",
    purpose: "partitions test images",
    packages: { apt: ["fdisk"], dnf: ["util-linux"], pacman: ["util-linux"], zypper: ["util-linux"] },
  },
  {
    programs: ["mke2fs"],
    group: "tests",
    purpose: "makes file systems to be read",
    packages: {
      apt: ["e2fsprogs"],
      dnf: ["e2fsprogs"],
      pacman: ["e2fsprogs"],
      zypper: ["e2fsprogs"],
      brew: ["e2fsprogs"],
    },
  },
  {
    programs: ["mkfs.xfs", "xfs_db"],
    group: "tests",
    purpose: "makes file systems to be read",
    packages: { apt: ["xfsprogs"], dnf: ["xfsprogs"], pacman: ["xfsprogs"], zypper: ["xfsprogs"] },
  },
  {
    programs: ["setfattr"],
    group: "tests",
    purpose: "gives files the attributes to be read",
    packages: { apt: ["attr"], dnf: ["attr"], pacman: ["attr"], zypper: ["attr"] },
  },
  {
    programs: ["mkfs.btrfs"],
    group: "tests",
    purpose: "makes file systems to be read",
    packages: {
      apt: ["btrfs-progs"],
      dnf: ["btrfs-progs"],
      pacman: ["btrfs-progs"],
      zypper: ["btrfsprogs"],
    },
  },
  {
    programs: ["mkfs.fat"],
    group: "tests",
    purpose: "makes file systems to be read",
    packages: { apt: ["dosfstools"], dnf: ["dosfstools"], pacman: ["dosfstools"], zypper: ["dosfstools"] },
  },
  {
    programs: ["stress-ng"],
    group: "tests",
    purpose: "keeps the computer busy while a guest is typed at",
    packages: { apt: ["stress-ng"], dnf: ["stress-ng"], pacman: ["stress-ng"], zypper: ["stress-ng"] },
  },
  {
    programs: ["syslinux"],
    group: "tests",
    purpose: "makes disks that a BIOS boots",
    packages: { apt: ["syslinux"], dnf: ["syslinux"], pacman: ["syslinux"], zypper: ["syslinux"] },
  },
  {
    programs: ["extlinux"],
    group: "tests",
    purpose: "makes disks that a BIOS boots",
    packages: { apt: ["extlinux"], dnf: ["syslinux-extlinux"], pacman: ["syslinux"], zypper: ["syslinux"] },
  },
  {
    programs: ["rpmbuild"],
    group: "tests",
    purpose: "makes package databases to be read",
    packages: { apt: ["rpm"], dnf: ["rpm-build"], zypper: ["rpm-build"] },
  },
  {
    programs: ["db_load", "db5.3_load"],
    group: "tests",
    purpose: "makes package databases to be read",
    packages: { apt: ["db-util"], dnf: ["libdb-utils"] },
  },
  {
    programs: ["cpio"],
    group: "tests",
    purpose: "packs archives to be read",
    packages: { apt: ["cpio"], dnf: ["cpio"], pacman: ["cpio"], zypper: ["cpio"] },
  },
  {
    programs: ["cryptsetup"],
    group: "tests",
    purpose: "makes encrypted disks to be recognised",
    packages: {
      apt: ["cryptsetup-bin"],
      dnf: ["cryptsetup"],
      pacman: ["cryptsetup"],
      zypper: ["cryptsetup"],
    },
  },
  {
    programs: ["mkntfs"],
    group: "tests",
    purpose: "makes file systems to be recognised",
    packages: { apt: ["ntfs-3g"], dnf: ["ntfsprogs"], pacman: ["ntfs-3g"], zypper: ["ntfsprogs"] },
  },
  {
    programs: ["pvck"],
    group: "tests",
    purpose: "reads back logical volumes that tests write",
    packages: { apt: ["lvm2"], dnf: ["lvm2"], pacman: ["lvm2"], zypper: ["lvm2"] },
  },
  {
    programs: ["sgdisk"],
    group: "tests",
    purpose: "partitions test images",
    packages: {
      apt: ["gdisk"],
      dnf: ["gdisk"],
      pacman: ["gptfdisk"],
      zypper: ["gptfdisk"],
      brew: ["gptfdisk"],
    },
  },
  {
    programs: ["as"],
    group: "tests",
    purpose: "rebuilds the doctor's probe guest",
    packages: { apt: ["binutils"], dnf: ["binutils"], pacman: ["binutils"], zypper: ["binutils"] },
  },
  {
    programs: ["zstd"],
    group: "tests",
    purpose: "packs test images",
    packages: { apt: ["zstd"], dnf: ["zstd"], pacman: ["zstd"], zypper: ["zstd"], brew: ["zstd"] },
  },
  {
    programs: ["xz"],
    group: "tests",
    purpose: "packs test images",
    packages: { apt: ["xz-utils"], dnf: ["xz"], pacman: ["xz"], zypper: ["xz"], brew: ["xz"] },
  },
  {
    programs: ["bzip2"],
    group: "tests",
    purpose: "packs test images",
    packages: { apt: ["bzip2"], dnf: ["bzip2"], pacman: ["bzip2"], zypper: ["bzip2"], brew: ["bzip2"] },
  },
  {
    programs: ["lz4"],
    group: "tests",
    purpose: "packs test images",
    packages: { apt: ["lz4"], dnf: ["lz4"], pacman: ["lz4"], zypper: ["lz4"], brew: ["lz4"] },
  },
  {
    programs: ["lzop"],
    group: "tests",
    purpose: "packs test images",
    packages: { apt: ["lzop"], dnf: ["lzop"], pacman: ["lzop"], zypper: ["lzop"], brew: ["lzop"] },
  },
  {
    programs: ["strace"],
    group: "tests",
    purpose: "proves which files a test opens",
    packages: { apt: ["strace"], dnf: ["strace"], pacman: ["strace"], zypper: ["strace"] },
  },
];

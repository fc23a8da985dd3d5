import { cloudPackages, packagesOf, type AnswerParts, type MadeAnswers } from "./answer-parts.ts";

/**
 * Debian's installer: `preseed.cfg` at the root of the initrd is read before the first question. One ext4 root over the
 * whole disk (and under UEFI the EFI partition), no swap, no task: what is not asked for is not installed. GRUB on the first disk. "Automating the installation using
 * preseeding", Debian GNU/Linux Installation Guide, appendix B.
 */
export function preseed(parts: AnswerParts): MadeAnswers {
  const mirror = parts.mirror === "" ? null : new URL(parts.mirror);
  const lines = [
    "# Made by Goldsmith. One ext4 root on the whole disk, no swap.",
    `d-i debian-installer/locale string ${parts.locale}`,
    `d-i keyboard-configuration/xkb-keymap select ${parts.keyboard}`,
    "d-i netcfg/choose_interface select auto",
    `d-i netcfg/get_hostname string ${parts.hostname}`,
    `d-i netcfg/hostname string ${parts.hostname}`,
    "d-i netcfg/get_domain string",
    "d-i hw-detect/load_firmware boolean false",
    "d-i mirror/country string manual",
    `d-i mirror/protocol string ${mirror?.protocol.replace(":", "") ?? "http"}`,
    `d-i mirror/http/hostname string ${mirror?.host ?? "deb.debian.org"}`,
    `d-i mirror/http/directory string ${mirror?.pathname ?? "/debian"}`,
    "d-i mirror/http/proxy string",
    "d-i clock-setup/utc boolean true",
    `d-i time/zone string ${parts.timezone}`,
    "d-i passwd/root-login boolean false",
    `d-i passwd/user-fullname string ${parts.username}`,
    `d-i passwd/username string ${parts.username}`,
    `d-i passwd/user-password-crypted password ${parts.passwordHash ?? "!"}`,
    "d-i partman-auto/method string regular",
    "d-i partman-auto/choose_recipe select goldsmith",
    `d-i partman-auto/expert_recipe string ${recipe}`,
    "d-i partman-basicfilesystems/no_swap boolean false",
    "d-i partman-partitioning/confirm_write_new_label boolean true",
    "d-i partman/choose_partition select finish",
    "d-i partman/confirm boolean true",
    "d-i partman/confirm_nooverwrite boolean true",
    "d-i apt-setup/cdrom/set-first boolean false",
    "d-i apt-setup/enable-source-repositories boolean false",
    "tasksel tasksel/first multiselect",
    `d-i pkgsel/include string ${packagesOf([...cloudPackages, "sudo", "cloud-guest-utils"], parts.packages).join(" ")}`,
    "d-i pkgsel/upgrade select full-upgrade",
    "popularity-contest popularity-contest/participate boolean false",
    "d-i grub-installer/only_debian boolean true",
    "d-i grub-installer/bootdev string default",
    // A provider's UEFI knows nothing of this machine's boot entries: it looks for EFI/BOOT/BOOTX64.EFI.
    "d-i grub-installer/force-efi-extra-removable boolean true",
    "d-i debian-installer/add-kernel-opts string console=tty0 console=ttyS0,115200n8",
    `d-i preseed/late_command string ${lateCommand(parts)}`,
    "d-i finish-install/keep-consoles boolean true",
    "d-i finish-install/reboot_in_progress note",
    "d-i cdrom-detect/eject boolean true",
  ];
  return {
    answers: {
      kind: "preseed",
      handOver: "initrd",
      label: "preseed",
      files: [{ name: "preseed.cfg", text: `${lines.join("\n")}\n` }],
    },
    commandLine: "auto=true priority=critical DEBIAN_FRONTEND=text",
    note: null,
  };
}

/**
 * Partitions as `minimum priority maximum filesystem` in MB, with what is done to them; lines for another kind of partition
 * table than the disk gets (BIOS: MBR, UEFI: GPT) are passed over. On GPT the boot flag would make an EFI partition of
 * the root. The root is the last one, so that it can grow. "partman-auto-recipe.txt" in debian-installer's documentation.
 */
const root = "method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / }";
const recipe = [
  "goldsmith ::",
  "128 128 128 free $iflabel{ gpt } $reusemethod{ } method{ efi } format{ } .",
  `1000 1000000 -1 ext4 $iflabel{ gpt } ${root} .`,
  `1000 1000000 -1 ext4 $iflabel{ msdos } $primary{ } $bootable{ } ${root} .`,
].join(" ");

function lateCommand({ username, publicKey }: AnswerParts): string {
  const sudo = `echo '${username} ALL=(ALL) NOPASSWD:ALL' > /target/etc/sudoers.d/90-goldsmith; chmod 440 /target/etc/sudoers.d/90-goldsmith`;
  if (publicKey === "") return sudo;
  const folder = `/target/home/${username}/.ssh`;
  return [
    sudo,
    `mkdir -m 700 -p ${folder}`,
    `echo '${publicKey}' > ${folder}/authorized_keys`,
    `chmod 600 ${folder}/authorized_keys`,
    `in-target chown -R ${username}: /home/${username}/.ssh`,
  ].join("; ");
}

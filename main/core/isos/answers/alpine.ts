import { packagesOf, type AnswerParts, type MadeAnswers } from "./answer-parts.ts";

/**
 * Alpine: `setup-alpine -f` takes an answer file, but nothing starts it: Alpine boots to a login first. The seed carries
 * a script that does the whole. "setup-alpine", Alpine Linux user handbook.
 */
export function alpine(parts: AnswerParts): MadeAnswers {
  const { username, publicKey, passwordHash } = parts;
  const answers = [
    "# Made by Goldsmith for setup-alpine -f.",
    `KEYMAPOPTS="${parts.keyboard} ${parts.keyboard}"`,
    `HOSTNAMEOPTS="${parts.hostname}"`,
    "DEVDOPTS=mdev",
    'INTERFACESOPTS="auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n"',
    `TIMEZONEOPTS="${parts.timezone}"`,
    "PROXYOPTS=none",
    parts.mirror === "" ? 'APKREPOSOPTS="-1 -c"' : `APKREPOSOPTS="${parts.mirror}"`,
    publicKey === ""
      ? `USEROPTS="-a -g wheel ${username}"`
      : `USEROPTS="-a -g wheel -k '${publicKey}' ${username}"`,
    "SSHDOPTS=openssh",
    'NTPOPTS="chrony"',
    "LBUOPTS=none",
    "APKCACHEOPTS=none",
    'DISKOPTS="-m sys -s 0 /dev/sda"',
  ];
  const packages = packagesOf(["cloud-init", "e2fsprogs-extra", "qemu-guest-agent", "sudo"], parts.packages);
  const script = [
    "#!/bin/sh",
    "# Made by Goldsmith: the whole installation, from the live system's root shell.",
    "set -e",
    'here=$(dirname "$0")',
    'export ERASE_DISKS=/dev/sda ROOTFS=ext4 KERNELOPTS="console=tty0 console=ttyS0,115200"',
    'setup-alpine -e -f "$here/answers"',
    "root=$(ls /dev/sda[0-9]* | tail -n 1)",
    'mount "$root" /mnt',
    `chroot /mnt apk add ${packages.join(" ")}`,
    "chroot /mnt setup-cloud-init",
    "chroot /mnt rc-update add qemu-guest-agent default",
    ...(passwordHash === null ? [] : [`echo '${username}:${passwordHash}' | chroot /mnt chpasswd -e`]),
    `echo '${username} ALL=(ALL) NOPASSWD:ALL' > /mnt/etc/sudoers.d/90-goldsmith`,
    "umount /mnt",
    "reboot",
  ];
  return {
    answers: {
      kind: "alpine",
      handOver: "seed-iso",
      label: "GOLDSMITH",
      files: [
        { name: "answers", text: `${answers.join("\n")}\n` },
        { name: "install.sh", text: `${script.join("\n")}\n` },
      ],
    },
    commandLine: "",
    note: "Alpine starts no installation by itself. Log in as root and run: mkdir -p /seed && mount LABEL=GOLDSMITH /seed && sh /seed/install.sh",
  };
}

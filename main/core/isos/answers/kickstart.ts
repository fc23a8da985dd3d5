import { packagesOf, type AnswerParts, type MadeAnswers } from "./answer-parts.ts";

/**
 * Anaconda (Fedora, Rocky Linux, AlmaLinux, RHEL): `ks.cfg` on a volume labelled OEMDRV is loaded without a word on the
 * command line. "Kickstart Documentation", pykickstart; "Anaconda Boot Options", inst.ks.
 */
export function kickstart(parts: AnswerParts): MadeAnswers {
  const { username, passwordHash, publicKey } = parts;
  const user = [
    `user --name=${username} --groups=wheel`,
    passwordHash === null ? "--lock" : `--password=${passwordHash} --iscrypted`,
  ].join(" ");
  const lines = [
    "# Made by Goldsmith. One ext4 root on the whole disk, no swap.",
    "text",
    "skipx",
    `lang ${parts.locale}`,
    `keyboard ${parts.keyboard}`,
    `timezone ${parts.timezone} --utc`,
    `network --bootproto=dhcp --activate --hostname=${parts.hostname}`,
    ...(parts.mirror === "" ? [] : [`url --url=${parts.mirror}`]),
    "rootpw --lock",
    user,
    ...(publicKey === "" ? [] : [`sshkey --username=${username} "${publicKey}"`]),
    "firewall --enabled --ssh",
    "selinux --enforcing",
    "services --enabled=sshd",
    "zerombr",
    "clearpart --all --initlabel",
    "reqpart",
    "part / --fstype=ext4 --grow --size=2048",
    'bootloader --append="console=tty0 console=ttyS0,115200n8"',
    "%packages",
    "@^minimal-environment",
    ...packagesOf(["cloud-init", "cloud-utils-growpart", "qemu-guest-agent"], parts.packages),
    "%end",
    "%post",
    `echo '${username} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/90-goldsmith`,
    "chmod 440 /etc/sudoers.d/90-goldsmith",
    "%end",
    "reboot --eject",
  ];
  return {
    answers: {
      kind: "kickstart",
      handOver: "seed-iso",
      label: "OEMDRV",
      files: [{ name: "ks.cfg", text: `${lines.join("\n")}\n` }],
    },
    commandLine: "inst.text",
    note: null,
  };
}

import { stringify } from "yaml";
import { packagesOf, type AnswerParts, type MadeAnswers } from "./answer-parts.ts";

/**
 * Ubuntu's Subiquity: cloud-init in the installer finds a NoCloud seed by its label; `autoinstall` on the command line
 * spares the question whether the disk may be erased. "Autoinstall configuration reference manual", Canonical.
 */
export function autoinstall(parts: AnswerParts): MadeAnswers {
  const { publicKey, passwordHash, username } = parts;
  const config = {
    autoinstall: {
      version: 1,
      locale: parts.locale,
      keyboard: { layout: parts.keyboard },
      timezone: parts.timezone,
      identity: { hostname: parts.hostname, username, password: passwordHash ?? "!" },
      ssh: {
        "install-server": true,
        "allow-pw": passwordHash !== null,
        ...(publicKey === "" ? {} : { "authorized-keys": [publicKey] }),
      },
      ...(parts.mirror === "" ? {} : { apt: { primary: [{ arches: ["default"], uri: parts.mirror }] } }),
      storage: { layout: { name: "direct" }, swap: { size: 0 } },
      packages: packagesOf(["qemu-guest-agent"], parts.packages),
      "late-commands": [
        `echo '${username} ALL=(ALL) NOPASSWD:ALL' > /target/etc/sudoers.d/90-goldsmith`,
        "chmod 440 /target/etc/sudoers.d/90-goldsmith",
        // Left as the installer writes them, the clouds' own datasources would be switched off (subiquity#790).
        "rm -f /target/etc/cloud/cloud.cfg.d/99-installer.cfg /target/etc/cloud/cloud.cfg.d/90-installer-network.cfg",
        `sed -i 's/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200n8"/' /target/etc/default/grub`,
        "curtin in-target -- update-grub",
      ],
      shutdown: "reboot",
    },
  };
  return {
    answers: {
      kind: "autoinstall",
      handOver: "seed-iso",
      label: "CIDATA",
      files: [
        { name: "user-data", text: `#cloud-config\n${stringify(config, { lineWidth: 0 })}` },
        { name: "meta-data", text: "instance-id: goldsmith-install\n" },
      ],
    },
    commandLine: "autoinstall",
    note: null,
  };
}

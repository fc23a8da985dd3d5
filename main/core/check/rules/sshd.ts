import { advice, hasSystem, pass, placeText, unknown, type Case, type Rule } from "#core/check/rule.ts";
import type { Level } from "#contract/finding.ts";

export const hasSshd = (subject: Case): boolean =>
  hasSystem(subject) && (subject.facts.sshd?.binaryPath ?? null) !== null;
const levelFor = ({ profile }: Case): Level => (profile.sshdRequired.value ? "error" : "warning");

export const sshdRules: readonly Rule[] = [
  {
    id: "sshd.installed",
    title: "An SSH server is installed",
    applies: hasSystem,
    source: (profile) => profile.sshdRequired.source,
    consequence: "Nobody can log in to the machine over the network.",
    fix: advice("Install the package openssh-server."),
    evaluate: (subject) => {
      const { sshd } = subject.facts;
      if (sshd === null)
        return unknown("Whether there is an SSH server could not be told", "The services could not be read.");
      if (sshd.binaryPath !== null) return pass("An SSH server is installed", sshd.binaryPath);
      return { level: levelFor(subject), title: "There is no SSH server" };
    },
  },
  {
    id: "sshd.enabled",
    title: "The SSH server starts at boot",
    applies: hasSshd,
    source: (profile) => profile.sshdRequired.source,
    consequence: "Nobody can log in to the machine over the network.",
    fix: advice(
      "Run `systemctl unmask ssh && systemctl enable ssh` (the unit is called sshd outside of Debian).",
      "enable-sshd",
    ),
    evaluate: (subject) => {
      const { sshd } = subject.facts;
      if (sshd?.enabledAtBoot === true)
        return pass("The SSH server starts at boot", placeText(sshd.enabledBy));
      const where = placeText(sshd?.maskedBy ?? null);
      const title =
        where === "" ? "Nothing starts the SSH server at boot" : `The SSH server is switched off by ${where}`;
      return { level: levelFor(subject), title, where };
    },
  },
  {
    id: "sshd.host-keys-made",
    title: "The SSH server gets host keys at the first boot",
    applies: hasSshd,
    source: (profile) => profile.sshdRequired.source,
    consequence: "The SSH server refuses to start: it has no host keys.",
    fix: advice(
      "Let cloud-init's ssh module or a unit with `ssh-keygen -A` make them at boot.",
      "regenerate-host-keys",
    ),
    evaluate: (subject) => {
      const { sshd } = subject.facts;
      if (sshd === null) return [];
      if (sshd.hostKeysRegeneratedBy !== null)
        return pass(`${sshd.hostKeysRegeneratedBy} makes the host keys`);
      if (sshd.hostKeys.length > 0) return pass("Host keys are in the image"); // identity.host-keys has more to say
      return {
        level: levelFor(subject),
        title: "There are no host keys, and nothing makes them at boot",
        where: "/etc/ssh",
      };
    },
  },
];

import type { Citation } from "#providers/profile.ts";
import { advice, hasSystem, pass, type Rule } from "#core/check/rule.ts";

const machineIdDocument: Citation = {
  document: "machine-id(5), systemd manual",
  url: "https://www.freedesktop.org/software/systemd/man/latest/machine-id.html",
};
const cleanDocument: Citation = {
  document: "CLI commands: clean, cloud-init documentation",
  url: "https://docs.cloud-init.io/en/latest/reference/cli.html#clean",
};
const imageHygiene: Citation = {
  document: "Guidelines for Images, Oracle Cloud Marketplace documentation (S01, S10)",
  url: null,
};

export const identityRules: readonly Rule[] = [
  {
    id: "identity.machine-id",
    title: "Every machine gets a machine id of its own",
    applies: (subject) => hasSystem(subject) && subject.facts.identity !== null,
    source: () => machineIdDocument,
    consequence: "All machines share one id; DHCP gives them the same address.",
    fix: advice("Empty the file: `truncate -s 0 /etc/machine-id`."),
    evaluate: ({ facts }) => {
      const state = facts.identity?.machineId;
      const where = "/etc/machine-id";
      if (state === "set")
        return { level: "warning", title: "The machine id is baked into the image", where };
      if (state === "absent") {
        const consequence =
          "It is made at boot only where /etc can be written that early; an empty file is safer.";
        return {
          level: "info",
          title: "There is no /etc/machine-id",
          where,
          consequence,
          fix: advice("Create it empty."),
        };
      }
      return pass("The machine id is made at the first boot", where);
    },
  },
  {
    id: "identity.host-keys",
    title: "No SSH host keys are in the image",
    applies: (subject) => hasSystem(subject) && subject.facts.sshd !== null,
    source: () => imageHygiene,
    consequence: "All machines share their host keys; whoever has the image can pose as any of them.",
    fix: advice("Delete /etc/ssh/ssh_host_*_key* before the image is made."),
    evaluate: ({ facts }) => {
      const keys = facts.sshd?.hostKeys ?? [];
      if (keys.length === 0) return pass("No SSH host keys are in the image");
      const title = `${keys.length} SSH host key${keys.length === 1 ? " is" : "s are"} in the image`;
      const where = keys.join(", ");
      if (facts.sshd?.hostKeysRegeneratedBy !== "cloud-init") return { level: "warning", title, where };
      const consequence = "cloud-init replaces them at the first boot; until then all machines share them.";
      return { level: "info", title, where, consequence };
    },
  },
  {
    id: "identity.authorized-keys",
    title: "Nobody's key opens every machine",
    applies: (subject) => hasSystem(subject) && subject.facts.identity !== null,
    source: () => imageHygiene,
    consequence: "Whoever has these keys can log in to every machine made from the image.",
    fix: advice("Delete the files before the image is made."),
    evaluate: ({ facts }) => {
      const files = facts.identity?.authorizedKeys ?? [];
      if (files.length === 0) return pass("No authorized keys are in the image");
      return { level: "warning", title: "Authorized keys are left in the image", where: files.join(", ") };
    },
  },
  {
    id: "identity.cloud-init-state",
    title: "cloud-init starts afresh",
    applies: (subject) => hasSystem(subject) && subject.facts.cloudInit !== null,
    source: () => cleanDocument,
    consequence: "cloud-init may take itself for the old machine and use its old data.",
    fix: advice("Run `cloud-init clean --logs --seed` before the image is made."),
    evaluate: ({ facts }) => {
      const left = facts.cloudInit?.leftoverInstances ?? [];
      const where = "/var/lib/cloud/instances";
      if (left.length === 0) return pass("No state of an earlier first boot is left", where);
      return { level: "warning", title: `State of an earlier first boot is left: ${left.join(", ")}`, where };
    },
  },
];

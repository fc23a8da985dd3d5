import {
  advice,
  hasSystem,
  listText,
  pass,
  placeText,
  unknown,
  type Case,
  type Outcome,
  type Rule,
} from "#core/check/rule.ts";
import { buildingImagesDocument, cleanDocument, hygieneSource, machineIdDocument } from "./documents.ts";

const hasIdentity = (subject: Case): boolean => hasSystem(subject) && subject.facts.identity !== null;

function judgeMachineId({ facts }: Case): Outcome {
  const where = "/etc/machine-id";
  switch (facts.identity?.machineId) {
    case "set":
      return { level: "warning", title: "The machine id is baked into the image", where };
    case "absent": {
      const consequence =
        "It is made at boot only where /etc can be written that early; an empty file is safer.";
      const fix = advice("Create it empty.", "reset-machine-id");
      return { level: "info", title: "There is no /etc/machine-id", where, consequence, fix };
    }
    case "empty":
    case "uninitialized":
      return pass("The machine id is made at the first boot", where);
    case undefined: {
      const title = "Whether the machine id is in the image could not be told";
      return unknown(title, "It could not be read.", where);
    }
  }
}

function judgeHostKeys({ facts }: Case): Outcome {
  const keys = facts.sshd?.hostKeys ?? [];
  if (keys.length === 0) return pass("No SSH host keys are in the image");
  const title = `${keys.length} SSH host key${keys.length === 1 ? " is" : "s are"} in the image`;
  const where = listText(keys);
  const isReplaced =
    facts.sshd?.hostKeysRegeneratedBy === "cloud-init" && facts.cloudInit?.sshDeleteKeys !== false;
  if (!isReplaced) return { level: "warning", title, where };
  const consequence = "cloud-init replaces them at the first boot; until then all machines share them.";
  return { level: "info", title, where, consequence };
}

/** A DUID, or what one is made of, as opposed to a lease that runs out. */
const isDuid = (path: string): boolean => /duid|secret|iaid|networkd\.conf/i.test(path);

export const identityRules: readonly Rule[] = [
  {
    id: "identity.machine-id",
    title: "Every machine gets a machine id of its own",
    applies: hasSystem,
    source: () => machineIdDocument,
    consequence: "All machines share one id; DHCP gives them the same address.",
    fix: advice("Empty the file: `truncate -s 0 /etc/machine-id`.", "reset-machine-id"),
    evaluate: judgeMachineId,
  },
  {
    id: "identity.dbus-id",
    title: "D-Bus has no machine id of its own",
    applies: hasIdentity,
    source: () => machineIdDocument,
    consequence: "systemd takes it for the machine id at the first boot: all machines get the same one.",
    fix: advice("Make /var/lib/dbus/machine-id a link to /etc/machine-id.", "reset-machine-id"),
    evaluate: ({ facts }) =>
      facts.identity?.dbusMachineId === true
        ? { level: "warning", title: "D-Bus has a machine id of its own", where: "/var/lib/dbus/machine-id" }
        : pass("D-Bus uses the machine id"),
  },
  {
    id: "identity.host-keys",
    title: "No SSH host keys are in the image",
    applies: (subject) => hasSystem(subject) && subject.facts.sshd !== null,
    source: hygieneSource,
    consequence: "All machines share their host keys; whoever has the image can pose as any of them.",
    fix: advice("Delete /etc/ssh/ssh_host_*_key* before the image is made.", "remove-host-keys"),
    evaluate: judgeHostKeys,
  },
  {
    id: "identity.authorized-keys",
    title: "Nobody's key opens every machine",
    applies: hasIdentity,
    source: hygieneSource,
    consequence: "Whoever has these keys can log in to every machine made from the image.",
    fix: advice("Delete the files before the image is made.", "remove-authorized-keys"),
    evaluate: ({ facts }) => {
      const files = facts.identity?.authorizedKeys ?? [];
      if (files.length === 0) return pass("No authorized keys are in the image");
      return { level: "warning", title: "Authorized keys are left in the image", where: listText(files) };
    },
  },
  {
    id: "identity.cloud-init-state",
    title: "cloud-init starts afresh",
    applies: (subject) => hasSystem(subject) && subject.facts.cloudInit !== null,
    source: () => cleanDocument,
    consequence: "cloud-init may take itself for the old machine and use its old data.",
    fix: advice("Run `cloud-init clean --logs --seed` before the image is made.", "clean-cloud-init"),
    evaluate: ({ facts }) => {
      const left = facts.cloudInit?.leftoverInstances ?? [];
      const where = "/var/lib/cloud/instances";
      if (left.length === 0) return pass("No state of an earlier first boot is left", where);
      const title = `State of an earlier first boot is left: ${listText(left)}`;
      return { level: "warning", title, where };
    },
  },
  {
    id: "identity.dhcp-state",
    title: "No DHCP lease or identifier is left",
    applies: hasIdentity,
    source: () => buildingImagesDocument,
    consequence: "Machines ask for the address of the machine that the image was made on.",
    fix: advice("Delete the files before the image is made.", "reset-dhcp-state"),
    evaluate: ({ facts }) => {
      const files = facts.identity?.dhcpState ?? [];
      if (files.length === 0) return pass("No DHCP lease or identifier is left");
      const where = listText(files);
      if (!files.some(isDuid)) return { level: "info", title: "DHCP leases are left in the image", where };
      const consequence = "All machines show DHCP one identity and are given one address.";
      return { level: "warning", title: "The identity towards DHCP is in the image", where, consequence };
    },
  },
  {
    id: "identity.random-seed",
    title: "No saved randomness is in the image",
    applies: hasIdentity,
    source: () => buildingImagesDocument,
    consequence: "All machines start with the same randomness, which whoever has the image knows.",
    fix: advice("Delete the files before the image is made.", "remove-random-seed"),
    evaluate: ({ facts }) => {
      const files = facts.identity?.randomSeeds ?? [];
      if (files.length === 0) return pass("No saved randomness is in the image");
      return { level: "info", title: "Saved randomness is in the image", where: listText(files) };
    },
  },
  {
    id: "identity.udev-net-rules",
    title: "No network name is kept for an old card",
    applies: hasIdentity,
    source: hygieneSource,
    consequence: "The new card gets another name, and what is set up for the old name does not count for it.",
    fix: advice("Empty /etc/udev/rules.d/70-persistent-net.rules.", "unpin-mac"),
    evaluate: ({ facts }) => {
      const rules = facts.identity?.udevNetRules ?? [];
      if (rules.length === 0) return pass("No network name is kept for an old card");
      const where = listText(rules.map(placeText));
      return { level: "warning", title: "A network name is kept for the card of an old machine", where };
    },
  },
  {
    id: "identity.hostname",
    title: "Every machine gets a name of its own",
    applies: (subject) => hasIdentity(subject) && subject.facts.cloudInit !== null,
    source: () => cleanDocument,
    consequence: "All machines have the name that is in the image.",
    fix: advice("Delete the line `preserve_hostname: true`.", "reset-hostname"),
    evaluate: ({ facts }) => {
      const name = facts.identity?.hostname ?? null;
      const isKept = facts.cloudInit?.preserveHostname === true;
      if (name === null || /^localhost(?:\.|$)/.test(name) || !isKept)
        return pass("The provider names the machine", "/etc/hostname");
      const title = `cloud-init is told to keep the name ${name}`;
      return { level: "warning", title, where: "/etc/hostname" };
    },
  },
];

import {
  advice,
  hasLinux,
  hasSystem,
  listText,
  pass,
  placeText,
  unknown,
  type Rule,
} from "#core/check/rule.ts";
import { selinuxDocument } from "./documents.ts";

export const guestRules: readonly Rule[] = [
  {
    id: "selinux.labels",
    title: "Files carry the labels that SELinux needs",
    applies: (subject) =>
      hasLinux(subject) && subject.facts.selinux !== null && subject.facts.selinux.mode !== "disabled",
    source: () => selinuxDocument,
    consequence: "SELinux keeps sshd and login from files without a label: nobody can log in.",
    fix: advice("Run `restorecon -R /` in the system, or `touch /.autorelabel`.", "relabel-selinux"),
    evaluate: ({ facts: { selinux } }) => {
      if (selinux === null) return [];
      const where = placeText(selinux.where);
      if (selinux.relabelPending) {
        const consequence = "It takes minutes and ends with a reboot; until then nobody can log in.";
        return {
          level: "info",
          title: "The first boot labels all files",
          where: "/.autorelabel",
          consequence,
          fix: null,
        };
      }
      if (selinux.unlabelled === null)
        return unknown(
          "Whether files are labelled could not be told",
          "Their attributes are not read.",
          where,
        );
      if (selinux.unlabelled.length === 0) return pass("Files carry SELinux labels", where);
      const title = "Files lack their SELinux labels";
      const level = selinux.mode === "enforcing" ? "error" : "info";
      return { level, title, where: listText(selinux.unlabelled) };
    },
  },
  {
    id: "agent.wanted",
    title: "The guest agent that the provider asks for is there",
    applies: (subject) => hasSystem(subject) && subject.profile.guestAgent !== null,
    source: (profile) => profile.guestAgent?.source ?? profile.document,
    consequence: "The panel cannot see the machine's addresses or shut it down cleanly.",
    fix: advice("Install the package qemu-guest-agent.", "install-guest-agent"),
    evaluate: ({ facts: { agents }, profile }) => {
      const name = profile.guestAgent?.value ?? "";
      if (agents === null)
        return unknown(`Whether ${name} is there could not be told`, "The programs could not be read.");
      const agent = agents.find((each) => each.name === name);
      if (agent === undefined) return { level: "info", title: `${name} is not installed` };
      if (agent.enabledAtBoot) return pass(`${name} is installed`, agent.path);
      return { level: "info", title: `${name} is installed, but nothing starts it`, where: agent.path };
    },
  },
  {
    id: "agent.unwanted",
    title: "No agent is in the image that the provider adds itself",
    applies: (subject) => hasSystem(subject) && subject.profile.unwantedAgents !== null,
    source: (profile) => profile.unwantedAgents?.source ?? profile.document,
    consequence: "It reports for the machine that the image was made on.",
    fix: advice("Remove its package before the image is made."),
    evaluate: ({ facts: { agents }, profile }) => {
      if (agents === null)
        return unknown("Which agents are there could not be told", "The programs could not be read.");
      const found = agents.filter(({ name }) => profile.unwantedAgents?.value.includes(name) === true);
      if (found.length === 0) return pass("No such agent is there");
      const title = `${listText(found.map(({ name }) => name))} is in the image`;
      return { level: "info", title, where: listText(found.map(({ path }) => path)) };
    },
  },
];

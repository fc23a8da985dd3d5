import { advice, pass, unknown, type Case, type Rule } from "#core/check/rule.ts";
import { judgeFamily } from "./system.ts";

/** Only where installers are taken at all; format.accepted says it elsewhere. */
const isWelcome = ({ facts, profile }: Case): boolean =>
  facts.iso !== null && profile.formats.value.includes("iso9660");

const firmwareNames = { bios: "BIOS", uefi: "UEFI" } as const;
const where = "El Torito boot catalogue";

export const isoRules: readonly Rule[] = [
  {
    id: "iso.bootable",
    title: "The ISO can be booted there",
    applies: isWelcome,
    source: (profile) => profile.formats.source,
    consequence: "The machine does not start from it.",
    fix: advice("Use the ISO of an installer that boots with the provider's firmware."),
    evaluate: ({ facts, profile }) => {
      const works = { bios: facts.iso?.bootBios === true, uefi: facts.iso?.bootUefi === true };
      const usable = profile.firmware.value.filter((firmware) => works[firmware]);
      if (usable.length > 0)
        return pass(`The ISO boots with ${usable.map((name) => firmwareNames[name]).join(" and ")}`, where);
      if (!works.bios && !works.uefi) return { level: "error", title: "The ISO has no boot image", where };
      const wanted = profile.firmware.value.map((name) => firmwareNames[name]).join(" or ");
      return { level: "error", title: `The ISO does not boot with ${wanted}`, where };
    },
  },
  {
    id: "iso.architecture",
    title: "The installer is made for the provider's processors",
    applies: isWelcome,
    source: (profile) => profile.architectures.source,
    consequence: "The machine cannot run the installer.",
    fix: advice("Use the ISO for the provider's processors."),
    evaluate: ({ facts, profile }) => {
      const architecture = facts.iso?.architecture ?? null;
      if (architecture === null)
        return unknown(
          "The processor architecture is not known",
          "Neither its name nor its boot files tell.",
        );
      if (profile.architectures.value.includes(architecture)) return pass(`The installer is ${architecture}`);
      return {
        level: "error",
        title: `The installer is ${architecture}; needed is ${profile.architectures.value.join(" or ")}`,
      };
    },
  },
  {
    id: "iso.system",
    title: "The provider takes the system that the ISO installs",
    applies: isWelcome,
    source: (profile) => profile.osFamilies.source,
    consequence: "What it installs is not allowed there, or the provider gives no help with it.",
    fix: advice("Use one of the provider's own images for this system."),
    evaluate: (subject) => {
      const system = subject.facts.iso?.osGuess ?? null;
      const volume = `volume ${subject.facts.iso?.volumeId ?? ""}`.trim();
      if (system === null)
        return unknown("What the ISO installs is not known", "Neither its name nor its files tell.", volume);
      const family = /windows/i.test(system) ? "windows" : /bsd/i.test(system) ? "bsd" : "linux";
      const outcome = judgeFamily(subject, family);
      return outcome.level === "pass"
        ? pass(`The ISO installs ${system}`, volume)
        : { ...outcome, where: volume };
    },
  },
];

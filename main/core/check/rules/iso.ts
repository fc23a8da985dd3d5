import { advice, pass, type Case, type Rule } from "#core/check/rule.ts";

/** Only where installers are taken at all; format.accepted says it elsewhere. */
const isWelcome = ({ facts, profile }: Case): boolean =>
  facts.iso !== null && profile.formats.value.includes("iso9660");

const firmwareNames = { bios: "BIOS", uefi: "UEFI" } as const;

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
        return pass(`The ISO boots with ${usable.map((name) => firmwareNames[name]).join(" and ")}`);
      if (!works.bios && !works.uefi)
        return { level: "error", title: "The ISO has no boot image", where: "El Torito boot catalogue" };
      const wanted = profile.firmware.value.map((name) => firmwareNames[name]).join(" or ");
      return {
        level: "error",
        title: `The ISO does not boot with ${wanted}`,
        where: "El Torito boot catalogue",
      };
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
        return { level: "unknown", title: "The processor architecture is not known", fix: null };
      if (profile.architectures.value.includes(architecture)) return pass(`The installer is ${architecture}`);
      return {
        level: "error",
        title: `The installer is ${architecture}; needed is ${profile.architectures.value.join(" or ")}`,
      };
    },
  },
];

import type { OsFamily } from "#providers/profile.ts";
import {
  advice,
  hasSystem,
  isDisk,
  pass,
  rootVolume,
  unknown,
  volumes,
  type Case,
  type Outcome,
  type Rule,
} from "#core/check/rule.ts";

/** Filesystems that may hold a system but that our readers cannot open. */
const closedFilesystems = (subject: Case): { type: string; where: string }[] =>
  volumes(subject)
    .filter(({ filesystem }) => (filesystem?.unreadable ?? null) !== null && filesystem?.type !== "swap")
    .map(({ filesystem, where }) => ({ type: filesystem?.type ?? "", where }));

const familyNames: Readonly<Record<OsFamily, string>> = {
  linux: "Linux",
  bsd: "BSD",
  windows: "Windows",
};

/** Whether a provider takes a kind of system: its own words, or nothing said. */
export function judgeFamily({ profile }: Case, family: OsFamily): Outcome {
  const refused = profile.refusedFamilies.find(({ value }) => value.family === family);
  if (refused !== undefined) {
    return {
      level: "error",
      title: `${profile.name} does not take ${familyNames[family]}`,
      consequence: `${refused.value.because}.`,
      source: refused.source,
    };
  }
  if (profile.osFamilies.value.includes(family)) return pass(`${profile.name} takes ${familyNames[family]}`);
  return {
    level: "warning",
    title: `${profile.name} does not name ${familyNames[family]} among the systems it takes`,
    consequence: "It may work, but the provider does not say so and gives no help with it.",
  };
}

function familyOf({ facts }: Case): OsFamily | null {
  const looksLikeWindows = facts.partitions.some(({ filesystem }) => filesystem?.type === "ntfs");
  const family = facts.os?.family ?? (looksLikeWindows ? "windows" : "unknown");
  return family === "unknown" ? null : family;
}

export const systemRules: readonly Rule[] = [
  {
    id: "os.found",
    title: "There is an operating system on the disk",
    applies: isDisk,
    source: (profile) => profile.document,
    consequence: "A machine made from it has nothing to start.",
    fix: advice("Install an operating system on it first."),
    evaluate: (subject) => {
      if (hasSystem(subject)) {
        const { os } = subject.facts;
        return pass(`${os?.prettyName ?? "An operating system"} was found`, rootVolume(subject)?.where);
      }
      const closed = closedFilesystems(subject);
      if (closed.length === 0) return { level: "error", title: "There is no operating system on the disk" };
      return unknown(
        `The system could not be looked at: it lies on ${closed.map(({ type }) => type).join(", ")}`,
        "What depends on the installed system was not checked.",
        closed.map(({ where }) => where).join(", "),
      );
    },
  },
  {
    id: "os.family",
    title: "The provider takes this kind of operating system",
    applies: (subject) => isDisk(subject) && (hasSystem(subject) || familyOf(subject) !== null),
    source: (profile) => profile.osFamilies.source,
    consequence: "The image is refused, or its licence is not allowed there.",
    fix: advice("Use one of the provider's own images for this system."),
    evaluate: (subject) => {
      const family = familyOf(subject);
      if (family !== null) return judgeFamily(subject, family);
      return unknown("The operating system is not known", "Its files do not tell which one it is.");
    },
  },
  {
    id: "os.architecture",
    title: "The system is made for the provider's processors",
    applies: hasSystem,
    source: (profile) => profile.architectures.source,
    consequence: "The machine cannot run any program of the image.",
    fix: advice("Install the variant for the provider's processors."),
    evaluate: ({ facts, profile }) => {
      const architecture = facts.os?.architecture ?? null;
      if (architecture === null)
        return unknown("The processor architecture is not known", "No program of the system could be read.");
      if (profile.architectures.value.includes(architecture)) return pass(`The system is ${architecture}`);
      return {
        level: "error",
        title: `The system is ${architecture}; needed is ${profile.architectures.value.join(" or ")}`,
      };
    },
  },
  {
    id: "filesystem.root",
    title: "The provider supports the root filesystem",
    applies: (subject) => isDisk(subject) && subject.profile.rootFilesystems !== null,
    source: (profile) => profile.rootFilesystems?.source ?? profile.document,
    consequence: "The import may fail, and the provider gives no help with it.",
    fix: advice("Install on ext4."),
    evaluate: (subject) => {
      const accepted = subject.profile.rootFilesystems?.value ?? [];
      const root = rootVolume(subject);
      const type = root?.filesystem?.type ?? null;
      if (type !== null && accepted.includes(type))
        return pass(`The root filesystem is ${type}`, root?.where);
      const wanted = accepted.join(" and ");
      if (type !== null) {
        const title = `The root filesystem is ${type}; supported are ${wanted}`;
        return { level: "error", title, where: root?.where ?? "" };
      }
      const closed = closedFilesystems(subject);
      if (closed.length === 0) return [];
      const types = closed.map((entry) => entry.type).join(", ");
      const where = closed.map((entry) => entry.where).join(", ");
      return { level: "error", title: `The disk holds ${types}; supported are ${wanted}`, where };
    },
  },
];

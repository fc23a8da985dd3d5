import { advice, hasSystem, isDisk, pass, type Case, type Outcome, type Rule } from "#core/check/rule.ts";

/** Filesystems that hold a system but that our readers cannot open yet, or never can. */
const closedFilesystems = ({ facts }: Case): { type: string; where: string }[] =>
  facts.partitions
    .filter(
      ({ filesystem }) => filesystem !== null && filesystem.unreadable !== null && filesystem.type !== "swap",
    )
    .map(({ number, filesystem }) => ({ type: filesystem?.type ?? "", where: `partition ${number}` }));

const familyNames = { linux: "Linux", bsd: "BSD", windows: "Windows", unknown: "unknown" } as const;

function judgeFamily({ facts, profile }: Case): Outcome {
  const looksLikeWindows = facts.partitions.some(({ filesystem }) => filesystem?.type === "ntfs");
  const family = facts.os?.family ?? (looksLikeWindows ? "windows" : "unknown");
  if (family === "unknown") return { level: "unknown", title: "The operating system is not known" };
  if (profile.osFamilies.value.includes(family)) return pass(`${profile.name} takes ${familyNames[family]}`);
  return { level: "error", title: `${profile.name} does not take ${familyNames[family]}` };
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
      const { facts } = subject;
      if (facts.rootPartition !== null) {
        const where = facts.rootPartition === 0 ? "whole disk" : `partition ${facts.rootPartition}`;
        return pass(`${facts.os?.prettyName ?? "An operating system"} was found`, where);
      }
      const closed = closedFilesystems(subject);
      if (closed.length === 0) return { level: "error", title: "There is no operating system on the disk" };
      return {
        level: "unknown",
        title: `The system could not be looked at: it lies on ${closed.map(({ type }) => type).join(", ")}`,
        where: closed.map(({ where }) => where).join(", "),
        consequence: "What depends on the installed system was not checked.",
        fix: null,
      };
    },
  },
  {
    id: "os.family",
    title: "The provider takes this kind of operating system",
    applies: (subject) => isDisk(subject) && (hasSystem(subject) || closedFilesystems(subject).length > 0),
    source: (profile) => profile.osFamilies.source,
    consequence: "The image is refused, or its licence is not allowed there.",
    fix: advice("Use one of the provider's own images for this system."),
    evaluate: judgeFamily,
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
        return { level: "unknown", title: "The processor architecture is not known", fix: null };
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
      const { facts, profile } = subject;
      const accepted = profile.rootFilesystems?.value ?? [];
      const root = facts.partitions.find((partition) => partition.number === facts.rootPartition);
      const type = root?.filesystem?.type ?? null;
      if (type !== null && accepted.includes(type))
        return pass(`The root filesystem is ${type}`, `partition ${root?.number}`);
      if (type !== null) {
        const title = `The root filesystem is ${type}; supported are ${accepted.join(" and ")}`;
        return { level: "error", title, where: `partition ${root?.number}` };
      }
      const closed = closedFilesystems(subject);
      if (closed.length === 0) return [];
      const types = closed.map((entry) => entry.type).join(", ");
      const where = closed.map((entry) => entry.where).join(", ");
      return {
        level: "error",
        title: `The disk holds ${types}; supported are ${accepted.join(" and ")}`,
        where,
      };
    },
  },
];

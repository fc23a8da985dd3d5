import { gigabytes } from "#core/check/amounts.ts";
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
import { cryptDocument, modulesDocument } from "./documents.ts";

const encrypted = (subject: Case) =>
  volumes(subject).filter(({ filesystem }) => filesystem?.type === "crypto_LUKS");

function judgeGrowth(subject: Case): Outcome {
  const { growth, rootPartition } = subject.facts;
  const root = rootVolume(subject);
  const where = root?.where ?? "";
  if (growth === null)
    return unknown(
      "Whether the root filesystem grows could not be told",
      "The programs that do it were not read.",
      where,
    );
  const needsPartition = rootPartition !== 0; // a filesystem on the whole disk has no partition to grow
  const missing = [
    ...(needsPartition && growth.partitionBy === null ? ["the root partition"] : []),
    ...(growth.filesystemBy === null ? ["the root filesystem"] : []),
  ];
  if (missing.length > 0) {
    const size = root === null ? "" : `: it stays at ${gigabytes(root.sizeBytes)}`;
    return {
      level: "warning",
      title: `Nothing grows ${missing.join(" and ")} at the first boot${size}`,
      where,
    };
  }
  if (needsPartition && growth.rootIsLast === false)
    return {
      level: "warning",
      title: "Another partition lies behind the root and keeps it from growing",
      where,
    };
  if (needsPartition && growth.rootIsLast === null)
    return unknown("Whether the root can grow could not be told", "What lies behind it is not known.", where);
  const by = [...new Set([growth.partitionBy, growth.filesystemBy])].filter((name) => name !== null);
  return pass(`${by.join(" and ")} grows the root at the first boot`, where);
}

export const diskRules: readonly Rule[] = [
  {
    id: "disk.partition-table",
    title: "The disk has a partition table that the provider takes",
    applies: (subject) =>
      isDisk(subject) &&
      subject.profile.partitionTables?.value.formats.includes(subject.facts.format) === true &&
      (hasSystem(subject) || subject.facts.partitions.length > 0),
    source: (profile) => profile.partitionTables?.source ?? profile.document,
    consequence: "The import is refused, or the machine finds nothing to start.",
    fix: advice("Install on a disk with an MBR or GPT partition table."),
    evaluate: ({ facts, profile }) => {
      const tables = profile.partitionTables?.value.tables ?? [];
      const table = facts.partitionTable;
      if (table === null)
        return unknown("The partition table is not known", "It could not be read.", "partition table");
      const wanted = tables.map((name) => name.toUpperCase()).join(" or ");
      if (table !== "none" && tables.includes(table))
        return pass(`The partition table is ${table.toUpperCase()}`, "partition table");
      const found = table === "none" ? "There is no partition table" : `The table is ${table.toUpperCase()}`;
      return { level: "error", title: `${found}; needed is ${wanted}`, where: "partition table" };
    },
  },
  {
    id: "disk.encrypted",
    title: "The disk is not encrypted",
    applies: isDisk,
    source: (profile) => profile.noEncryption ?? cryptDocument,
    consequence: "The boot stops and waits at the console for a passphrase.",
    fix: advice("Install without encryption; most providers encrypt their storage themselves."),
    evaluate: (subject) => {
      const found = encrypted(subject);
      const where = found.map((volume) => volume.where).join(", ");
      if (found.length === 0) return pass("The disk is not encrypted");
      if (subject.profile.noEncryption !== null) {
        const title = `${subject.profile.name} takes no encrypted disk`;
        return { level: "error", title, where, consequence: "The import or the first boot fails." };
      }
      if (hasSystem(subject)) return pass("The root filesystem is not encrypted"); // fstab.other-disks has the rest
      return { level: "warning", title: "The disk is encrypted with LUKS", where };
    },
  },
  {
    id: "disk.growth",
    title: "The root grows into a larger disk",
    applies: hasSystem,
    source: () => modulesDocument,
    consequence: "Whatever disk the machine is given, the system uses only what the image has.",
    fix: advice(
      "Install cloud-guest-utils (cloud-utils-growpart on Red Hat's systems), keep growpart and resizefs in cloud-init's modules, and put the root partition last.",
    ),
    evaluate: judgeGrowth,
  },
  {
    id: "disk.swap",
    title: "No swap partition takes up the disk",
    applies: hasSystem,
    source: (profile) => profile.document,
    consequence: "Every machine carries it on its disk, whatever memory and disk it has.",
    fix: advice("Leave swap out of the image; add a swap file on the machine where one is needed."),
    evaluate: (subject) => {
      const swap = volumes(subject).filter(({ filesystem }) => filesystem?.type === "swap");
      if (swap.length === 0) return pass("There is no swap partition");
      const size = swap.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const title = `Swap takes ${gigabytes(size)} of a disk of ${gigabytes(subject.facts.virtualBytes)}`;
      return { level: "info", title, where: swap.map(({ where }) => where).join(", ") };
    },
  },
];

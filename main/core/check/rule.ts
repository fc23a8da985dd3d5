import type { ImageFacts } from "#contract/facts.ts";
import type { LogicalVolumeFacts, PartitionFacts } from "#contract/facts-disk.ts";
import type { Finding, Level } from "#contract/finding.ts";
import type { Where } from "#contract/where.ts";
import type { Citation, ProviderProfile } from "#providers/profile.ts";

/** What a rule looks at. */
export interface Case {
  readonly facts: ImageFacts;
  readonly profile: ProviderProfile;
}

/** What a rule found. What is left out comes from the rule. */
export interface Outcome {
  readonly level: Level;
  /** One sentence that says what is the case. */
  readonly title: string;
  /** file:line in the image, a partition, a header field. */
  readonly where?: string;
  readonly source?: Citation;
  readonly consequence?: string;
  readonly fix?: Finding["fix"];
}

/** One demand as data. `title` names what is checked; `consequence` and `fix` count unless the rule passes. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  applies(subject: Case): boolean;
  evaluate(subject: Case): Outcome | readonly Outcome[];
  source(profile: ProviderProfile): Citation;
  readonly consequence: string;
  readonly fix: Finding["fix"];
}

export const advice = (text: string, repairId: string | null = null): Finding["fix"] => ({ text, repairId });

export const pass = (title: string, where = ""): Outcome => ({ level: "pass", title, where });

/** What could not be read is never a pass; `why` says what was in the way. */
export const unknown = (title: string, why: string, where = ""): Outcome => ({
  level: "unknown",
  title,
  where,
  consequence: why,
  fix: null,
});

export const placeText = (place: Where | null): string =>
  place === null ? "" : place.line === null ? place.path : `${place.path}:${place.line}`;

/** The first few of a list; how many more there are is said. */
export function listText(items: readonly string[], shown = 4): string {
  const rest = items.length - shown;
  return rest > 0 ? `${items.slice(0, shown).join(", ")} and ${rest} more` : items.join(", ");
}

/** A disk image, as opposed to an installer ISO. */
export const isDisk = ({ facts }: Case): boolean => facts.iso === null;
/** A disk image whose installed system could be read. */
export const hasSystem = ({ facts }: Case): boolean =>
  facts.iso === null && (facts.rootPartition !== null || facts.rootVolume !== null);
export const hasLinux = (subject: Case): boolean =>
  hasSystem(subject) && subject.facts.os?.family !== "bsd" && subject.facts.os?.family !== "windows";

type Found = PartitionFacts["filesystem"];

export interface Volume {
  readonly filesystem: Found;
  /** `partition 1`, `volume vg/root`. */
  readonly where: string;
  readonly sizeBytes: number;
}

const ofPartition = ({ number, filesystem, sizeBytes }: PartitionFacts): Volume => ({
  filesystem,
  where: number === 0 ? "whole disk" : `partition ${number}`,
  sizeBytes,
});
const ofLogical = ({ name, filesystem, sizeBytes }: LogicalVolumeFacts): Volume => ({
  filesystem,
  where: `volume ${name}`,
  sizeBytes,
});

/** Where the root filesystem lies; null when no system was found. */
export function rootVolume({ facts }: Case): Volume | null {
  const logical = facts.logicalVolumes.find(({ name }) => name === facts.rootVolume);
  if (logical !== undefined) return ofLogical(logical);
  const partition = facts.partitions.find(({ number }) => number === facts.rootPartition);
  return partition === undefined ? null : ofPartition(partition);
}

/** Partitions and logical volumes. */
export const volumes = ({ facts }: Case): Volume[] => [
  ...facts.partitions.map(ofPartition),
  ...facts.logicalVolumes.map(ofLogical),
];

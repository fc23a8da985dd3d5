import type { ImageFacts } from "#contract/facts.ts";
import type { Finding, Level } from "#contract/finding.ts";
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

export const placeText = (place: { path: string; line: number | null } | null): string =>
  place === null ? "" : place.line === null ? place.path : `${place.path}:${place.line}`;

/** A disk image, as opposed to an installer ISO. */
export const isDisk = ({ facts }: Case): boolean => facts.iso === null;
/** A disk image whose installed system could be read. */
export const hasSystem = ({ facts }: Case): boolean => facts.iso === null && facts.rootPartition !== null;

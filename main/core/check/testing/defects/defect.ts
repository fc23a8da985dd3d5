import { noGuest } from "#core/image/facts/guest.ts";
import type { ImageFacts } from "#contract/facts.ts";
import type { ProviderId } from "#contract/finding.ts";

export type Change = (facts: ImageFacts) => void;
/** `level rule-id` of everything that did not pass, in any order. */
export type Expected = Readonly<Record<ProviderId, readonly string[]>>;

/** One thing that is wrong with an otherwise sound image, and exactly what every provider's verdict says of it. */
export interface Defect {
  readonly name: string;
  readonly change: Change;
  readonly expected: Expected;
}

export const defect = (name: string, change: Change, expected: Expected): Defect => ({
  name,
  change,
  expected,
});

export const all = (...findings: string[]): Expected => ({
  digitalocean: findings,
  contabo: findings,
  fybe: findings,
  oci: findings,
  "hypervisor-io": findings,
  kvm: findings,
});
export const none = all();

/** Nothing but at these. */
export const at = (expected: Partial<Expected>): Expected => ({ ...none, ...expected });
/** The same everywhere but at these. */
export const allBut = (findings: string | string[], but: Partial<Expected>): Expected => ({
  ...all(...[findings].flat()),
  ...but,
});

/** Changes parts of one section of the facts. */
export const set =
  <K extends keyof ImageFacts>(section: K, change: Partial<NonNullable<ImageFacts[K]>>): Change =>
  (facts) => {
    const before = facts[section];
    if (before !== null && typeof before === "object") Object.assign(before, change);
  };

export const noSystem: Partial<ImageFacts> = {
  rootPartition: null,
  rootVolume: null,
  rootSubvolume: null,
  ...noGuest,
};

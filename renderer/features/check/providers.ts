import type { Level, ProviderId, Verdict } from "#contract/finding.ts";

/** In the order in which they are shown. */
export const providerNames: Record<ProviderId, string> = {
  digitalocean: "DigitalOcean",
  contabo: "Contabo",
  fybe: "Fybe",
  oci: "Oracle OCI",
  "hypervisor-io": "Hypervisor.io",
  kvm: "Any KVM cloud",
};
export const providerIds = Object.keys(providerNames) as ProviderId[];

/** From what must be mended to what is well. */
export const levelsByWeight: readonly Level[] = ["error", "unknown", "warning", "info", "pass"];

/** What a verdict's level means to the person, in a word or two. */
export const verdictWords: Record<Level, string> = {
  error: "Would not work",
  unknown: "Cannot tell",
  warning: "Works, with care",
  info: "Works",
  pass: "Works",
};

export const countLevel = (verdict: Verdict, level: Level): number =>
  verdict.findings.filter((finding) => finding.level === level).length;

/** The provider to look at first: the one with most to mend, the first of equals. */
export function worstProvider(verdicts: Partial<Record<ProviderId, Verdict>>): ProviderId | null {
  let worst: ProviderId | null = null;
  let worstRank = levelsByWeight.length;
  for (const id of providerIds) {
    const verdict = verdicts[id];
    if (verdict === undefined) continue;
    const rank = levelsByWeight.indexOf(verdict.level);
    if (worst === null || rank < worstRank) {
      worst = id;
      worstRank = rank;
    }
  }
  return worst;
}

import type { Level, ProviderId, Verdict } from "#contract/finding.ts";
import { providerIds, providerNames } from "#contract/provider-names.ts";
import type { CheckReport } from "#contract/report.ts";
import type { MergedFinding } from "#core/lib/merge-findings.ts";

/** What a verdict's level means to a person. */
export const verdictWords: Readonly<Record<Level, string>> = {
  error: "Would not work",
  unknown: "Cannot tell",
  warning: "Works, with care",
  info: "Works",
  pass: "Works",
};

export const levelTitles: Readonly<Record<Level, string>> = {
  error: "Errors",
  unknown: "Could not be told",
  warning: "Warnings",
  info: "Notes",
  pass: "Passed",
};

export const countLevel = (verdict: Verdict, level: Level): number =>
  verdict.findings.filter((finding) => finding.level === level).length;

/** The judged providers in the order in which they are shown. */
export const judged = ({ verdicts }: CheckReport): { id: ProviderId; name: string; verdict: Verdict }[] =>
  providerIds.flatMap((id) => {
    const verdict = verdicts[id];
    return verdict === undefined ? [] : [{ id, name: providerNames[id], verdict }];
  });

/** `DigitalOcean, Contabo (warning)`: a level is told where it is milder than the finding's. */
export const holderText = ({ holders, level }: MergedFinding): string =>
  holders
    .map((holder) => `${providerNames[holder.provider]}${holder.level === level ? "" : ` (${holder.level})`}`)
    .join(", ");

import type { Level, ProviderId, Verdict } from "#contract/finding.ts";
import { providerIds, providerNames } from "#contract/provider-names.ts";
import { gravestFirst as levelsByWeight } from "#core/lib/merge-findings.ts";

export { levelsByWeight, providerIds, providerNames };

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

/** `1 error`, `2 could not be told`. */
export function levelCount(level: Level, count: number): string {
  switch (level) {
    case "error":
      return count === 1 ? "1 error" : `${count} errors`;
    case "unknown":
      return `${count} could not be told`;
    case "warning":
      return count === 1 ? "1 warning" : `${count} warnings`;
    case "info":
      return count === 1 ? "1 note" : `${count} notes`;
    case "pass":
      return `${count} passed`;
  }
}

/** Which findings are shown: of one provider or of all, of one topic or of all, of one level or of all. */
export interface FindingFilter {
  readonly provider: ProviderId | null;
  readonly topic: string | null;
  readonly level: Level | null;
}

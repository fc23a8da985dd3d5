import { rules } from "#core/check/judge.ts";
import type { Finding } from "#contract/finding.ts";

export interface RuleText {
  readonly title: string;
  readonly consequence: string;
  readonly fix: Finding["fix"];
}

const catalogue: ReadonlyMap<string, RuleText> = new Map(
  rules.map(({ id, title, consequence, fix }) => [id, { title, consequence, fix }]),
);

/** What a rule checks, in the words of the rule; a finding of a rule that is no more speaks for itself. */
export const ruleText = (finding: Finding): RuleText => catalogue.get(finding.id) ?? finding;

import type { ImageFacts } from "#contract/facts.ts";
import { LevelSchema, type Finding, type Level, type Verdict } from "#contract/finding.ts";
import type { ProviderProfile } from "#providers/profile.ts";
import type { Case, Outcome, Rule } from "./rule.ts";
import { accountRules } from "./rules/accounts.ts";
import { bootRules } from "./rules/boot.ts";
import { cloudInitRules } from "./rules/cloud-init.ts";
import { diskRules } from "./rules/disk.ts";
import { datasourceRules } from "./rules/datasource.ts";
import { driverRules } from "./rules/drivers.ts";
import { formatRules } from "./rules/format.ts";
import { fstabRules } from "./rules/fstab.ts";
import { guestRules } from "./rules/guest.ts";
import { identityRules } from "./rules/identity.ts";
import { isoRules } from "./rules/iso.ts";
import { leftoverRules } from "./rules/leftovers.ts";
import { networkRules } from "./rules/network.ts";
import { sizeRules } from "./rules/size.ts";
import { sshdLoginRules } from "./rules/sshd-login.ts";
import { sshdRules } from "./rules/sshd.ts";
import { systemRules } from "./rules/system.ts";

export const rules: readonly Rule[] = [
  ...formatRules,
  ...sizeRules,
  ...systemRules,
  ...diskRules,
  ...fstabRules,
  ...bootRules,
  ...driverRules,
  ...cloudInitRules,
  ...datasourceRules,
  ...networkRules,
  ...sshdRules,
  ...sshdLoginRules,
  ...guestRules,
  ...identityRules,
  ...accountRules,
  ...leftoverRules,
  ...isoRules,
];

const severity = (level: Level): number => LevelSchema.options.indexOf(level);

/** What would happen to this image at this provider. Pure: the same facts give the same verdict. */
export function judge(facts: ImageFacts, profile: ProviderProfile): Verdict {
  const subject: Case = { facts, profile };
  const findings = rules
    .filter((rule) => rule.applies(subject))
    .flatMap((rule) => [rule.evaluate(subject)].flat().map((outcome) => toFinding(rule, profile, outcome)))
    .sort((a, b) => severity(b.level) - severity(a.level));
  return { level: findings[0]?.level ?? "pass", findings };
}

function toFinding(rule: Rule, profile: ProviderProfile, outcome: Outcome): Finding {
  const isPass = outcome.level === "pass";
  return {
    id: rule.id,
    level: outcome.level,
    title: outcome.title,
    where: outcome.where ?? "",
    source: outcome.source ?? rule.source(profile),
    consequence: isPass ? "" : (outcome.consequence ?? rule.consequence),
    fix: isPass ? null : outcome.fix === undefined ? rule.fix : outcome.fix,
  };
}

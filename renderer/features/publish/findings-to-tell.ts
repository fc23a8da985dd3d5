import type { Finding, Verdict } from "#contract/finding.ts";
import type { DestinationPlan } from "#contract/publish.ts";

/**
 * What the judge found that a person should see before publishing: errors always, warnings and doubts when the
 * details are open. What a note of the plan says already is not said twice.
 */
export function findingsToTell(
  verdict: Verdict | undefined,
  notes: DestinationPlan["notes"],
  open: boolean,
): Finding[] {
  const told = (finding: Finding): boolean => notes.some(({ text }) => text.includes(finding.title));
  return (verdict?.findings ?? []).filter(
    (finding) =>
      !told(finding) &&
      (finding.level === "error" || (open && (finding.level === "warning" || finding.level === "unknown"))),
  );
}

import type { Level, Verdict } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { findingTopics, topicOf, type FindingTopicId } from "#core/lib/finding-topics.ts";
import { levelCount, levelsByWeight } from "./providers.ts";

/** What one provider's rules say on one topic. */
export interface TopicCell {
  readonly level: Level;
  /** Findings that are no pass. */
  readonly openCount: number;
  /** `1 error, 3 passed`. */
  readonly words: string;
}

/** The topics that any rule spoke on, in their order. */
export function topicsOf(verdicts: CheckReport["verdicts"]): { id: FindingTopicId; title: string }[] {
  const present = new Set(
    Object.values(verdicts).flatMap(({ findings }) => findings.map(({ id }) => topicOf(id))),
  );
  return findingTopics.filter(({ id }) => present.has(id));
}

/** null: no rule of this provider spoke on it. */
export function topicCell(verdict: Verdict, topic: FindingTopicId): TopicCell | null {
  const levels = verdict.findings.filter(({ id }) => topicOf(id) === topic).map(({ level }) => level);
  const level = levelsByWeight.find((one) => levels.includes(one));
  if (level === undefined) return null;
  const counts = levelsByWeight.flatMap((one) => {
    const count = levels.filter((other) => other === one).length;
    return count === 0 ? [] : [levelCount(one, count)];
  });
  return {
    level,
    openCount: levels.filter((one) => one !== "pass").length,
    words: counts.join(", "),
  };
}

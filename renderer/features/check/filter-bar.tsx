import type { Level, ProviderId } from "#contract/finding.ts";
import { findingTopics } from "#core/lib/finding-topics.ts";
import type { MergedFinding } from "#core/lib/merge-findings.ts";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { levelsByWeight, providerIds, providerNames, type FindingFilter } from "./providers.ts";

interface FilterBarProps {
  /** Of the chosen provider and topic, of every level. */
  findings: readonly MergedFinding[];
  judged: readonly ProviderId[];
  filter: FindingFilter;
  onFilter: (change: Partial<FindingFilter>) => void;
}

const chipWords: Record<Level, string> = {
  error: "Errors",
  unknown: "Unknown",
  warning: "Warnings",
  info: "Notes",
  pass: "Passed",
};

/** Provider, topic and level of the findings below, with how many there are of each level. */
export function FilterBar({ findings, judged, filter, onFilter }: FilterBarProps) {
  const topic = findingTopics.find(({ id }) => id === filter.topic);
  return (
    <div className="filter-bar" role="group" aria-label="Filter">
      <select
        className="input select filter-provider"
        aria-label="Provider"
        value={filter.provider ?? ""}
        onChange={(event) =>
          onFilter({ provider: providerIds.find((id) => id === event.target.value) ?? null, topic: null })
        }
      >
        <option value="">All providers</option>
        {judged.map((id) => (
          <option key={id} value={id}>
            {providerNames[id]}
          </option>
        ))}
      </select>
      {levelsByWeight.map((level) => {
        const count = findings.filter((one) => one.level === level).length;
        if (count === 0 && filter.level !== level) return null;
        return (
          <button
            key={level}
            type="button"
            className="filter-chip"
            aria-pressed={filter.level === level}
            onClick={() => onFilter({ level: filter.level === level ? null : level })}
          >
            <LevelMark level={level} />
            {chipWords[level]} <span className="filter-count">{count}</span>
          </button>
        );
      })}
      {topic !== undefined && (
        <button
          type="button"
          className="filter-chip filter-topic"
          aria-label={`Show all topics, not only ${topic.title}`}
          onClick={() => onFilter({ topic: null })}
        >
          {topic.title} <Icon name="close" />
        </button>
      )}
    </div>
  );
}

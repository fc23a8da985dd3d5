import type { Finding, Level, Verdict } from "#contract/finding.ts";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { levelsByWeight } from "./providers.ts";
import "./finding-list.css";

const groupTitle = (level: Level, count: number): string => {
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
};

/** A verdict's findings, what must be mended first; what passed is folded away. */
export function FindingList({ verdict }: { verdict: Verdict }) {
  return (
    <div className="findings">
      {levelsByWeight.map((level) => {
        const findings = verdict.findings.filter((finding) => finding.level === level);
        if (findings.length === 0) return null;
        const title = groupTitle(level, findings.length);
        const items = (
          <ul aria-label={title}>
            {findings.map((finding) => (
              <FindingItem key={`${finding.id} ${finding.where}`} finding={finding} />
            ))}
          </ul>
        );
        return level === "pass" ? (
          <details key={level} className="finding-group">
            <summary>
              <LevelMark level={level} /> {title}
            </summary>
            {items}
          </details>
        ) : (
          <section key={level} className="finding-group">
            <h4>{title}</h4>
            {items}
          </section>
        );
      })}
    </div>
  );
}

function FindingItem({ finding }: { finding: Finding }) {
  const { source, fix } = finding;
  return (
    <li className="finding selectable">
      <LevelMark level={finding.level} />
      <div className="finding-words">
        <p className="finding-title">
          <strong>{finding.title}</strong>
          {finding.where !== "" && <code>{finding.where}</code>}
        </p>
        {finding.consequence !== "" && <p className="soft">{finding.consequence}</p>}
        {fix !== null && (
          <p>
            <span className="finding-fix">Fix</span> {fix.text}
          </p>
        )}
        <p className="finding-source faint">
          {source.url === null ? (
            source.document
          ) : (
            <a href={source.url} target="_blank" rel="noreferrer">
              {source.document}
            </a>
          )}
        </p>
      </div>
    </li>
  );
}

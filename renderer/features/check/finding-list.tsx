import { useId, type KeyboardEvent } from "react";
import { sourcesOf, type MergedFinding } from "#core/lib/merge-findings.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { levelCount, levelsByWeight, providerNames } from "./providers.ts";
import "./finding-list.css";

interface FindingListProps {
  findings: readonly MergedFinding[];
  /** Whether to say which providers a finding holds for. */
  showHolders: boolean;
  /** What passed is folded away unless it was asked for. */
  unfoldPassed: boolean;
}

/** Findings by level, what must be mended first. Up and down go from one to the next, Escape back to the matrix. */
export function FindingList({ findings, showHolders, unfoldPassed }: FindingListProps) {
  return (
    <div className="findings" onKeyDown={moveAmongFindings}>
      {levelsByWeight.map((level) => {
        const group = findings.filter((one) => one.level === level);
        if (group.length === 0) return null;
        const title = levelCount(level, group.length);
        const items = (
          <ul aria-label={title}>
            {group.map((one, index) => (
              <FindingItem
                key={`${one.finding.id} ${one.finding.where} ${index}`}
                merged={one}
                showHolders={showHolders}
              />
            ))}
          </ul>
        );
        return level === "pass" ? (
          <details key={level} className="finding-group" open={unfoldPassed || undefined}>
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

function moveAmongFindings(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(".finding")].filter((item) =>
    item.checkVisibility(),
  );
  const next = items[items.indexOf(event.target) + step];
  if (!items.includes(event.target) || next === undefined) return;
  event.preventDefault();
  next.focus();
}

function FindingItem({ merged, showHolders }: { merged: MergedFinding; showHolders: boolean }) {
  const { finding, level, holders } = merged;
  const { fix } = finding;
  const titleId = useId();
  return (
    <li className="finding selectable" tabIndex={-1} aria-labelledby={titleId}>
      <LevelMark level={level} />
      <div className="finding-words">
        <p className="finding-title">
          <strong id={titleId}>{finding.title}</strong>
          {finding.where !== "" && <code>{finding.where}</code>}
        </p>
        {finding.consequence !== "" && <p className="soft">{finding.consequence}</p>}
        {fix !== null && (
          <p>
            <span className="finding-fix">Fix</span> {fix.text}
          </p>
        )}
        {showHolders && (
          <p className="finding-holders">
            {holders.map((holder) => (
              <Badge key={holder.provider} title={holder.source.document}>
                {providerNames[holder.provider]}
                {holder.level === level ? "" : ` (${holder.level})`}
              </Badge>
            ))}
          </p>
        )}
        <p className="finding-source faint">
          {sourcesOf(merged).map(({ document, url }) =>
            url === null ? (
              <span key={document}>{document}</span>
            ) : (
              <a key={`${document} ${url}`} href={url} target="_blank" rel="noreferrer">
                {document}
              </a>
            ),
          )}
        </p>
      </div>
    </li>
  );
}

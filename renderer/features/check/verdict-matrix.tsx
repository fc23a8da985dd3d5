import { useRef, type KeyboardEvent } from "react";
import type { ProviderId } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { nextCell } from "./next-cell.ts";
import { providerIds, providerNames, verdictWords, type FindingFilter } from "./providers.ts";
import { topicCell, topicsOf } from "./topic-cells.ts";
import "./verdict-matrix.css";

interface VerdictMatrixProps {
  verdicts: CheckReport["verdicts"];
  filter: FindingFilter;
  /** `open`: chosen by Enter or a click, so the first finding may take the focus. */
  onChoose: (provider: ProviderId, topic: string | null, open: boolean) => void;
}

/**
 * Providers and topics: the worst of each at a glance. A grid for the keyboard (arrows, Home, End; Enter shows
 * the findings of a cell), one stop of the Tab key.
 */
export function VerdictMatrix({ verdicts, filter, onChoose }: VerdictMatrixProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const topics = topicsOf(verdicts);
  const rows = providerIds.filter((id) => verdicts[id] !== undefined);
  const columns = topics.length + 2;
  const onKeyDown = (event: KeyboardEvent) => {
    const cells = [...(body.current?.querySelectorAll<HTMLElement>("[data-cell]") ?? [])];
    const at = cells.findIndex((cell) => cell === document.activeElement);
    if (at < 0) return;
    const next = nextCell(event.key, event.ctrlKey || event.metaKey, at, { rows: rows.length, columns });
    if (next === null) return;
    event.preventDefault();
    for (const cell of cells) cell.tabIndex = -1;
    const target = cells[next];
    if (target === undefined) return;
    target.tabIndex = 0;
    target.focus();
  };
  const opens = (provider: ProviderId, topic: string | null) => ({
    onClick: () => onChoose(provider, topic, topic !== null),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onChoose(provider, topic, true);
    },
  });

  return (
    <table className="matrix" role="grid" aria-label="Verdicts" aria-readonly="true">
      <thead>
        <tr>
          <th scope="col">Provider</th>
          <th scope="col">Verdict</th>
          {topics.map(({ id, title }) => (
            <th key={id} scope="col" className="matrix-topic">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={onKeyDown}>
        {rows.map((id, row) => {
          const verdict = verdicts[id];
          if (verdict === undefined) return null;
          const selected = id === filter.provider;
          return (
            <tr
              key={id}
              className={classNames("matrix-row", selected && "matrix-selected")}
              aria-selected={selected}
            >
              <th scope="row" data-cell tabIndex={row === 0 ? 0 : -1} {...opens(id, null)}>
                {providerNames[id]}
              </th>
              <td data-cell tabIndex={-1} {...opens(id, null)}>
                <span className="matrix-verdict">
                  <LevelMark level={verdict.level} />
                  {verdictWords[verdict.level]}
                </span>
              </td>
              {topics.map((topic) => {
                const cell = topicCell(verdict, topic.id);
                const words = cell === null ? "nothing to check" : cell.words;
                return (
                  <td
                    key={topic.id}
                    data-cell
                    tabIndex={-1}
                    className={classNames(
                      "matrix-topic",
                      cell !== null && `matrix-${cell.level}`,
                      selected && topic.id === filter.topic && "matrix-chosen",
                    )}
                    aria-label={`${topic.title}: ${words}`}
                    title={`${providerNames[id]}, ${topic.title}: ${words}`}
                    {...opens(id, topic.id)}
                  >
                    {cell !== null && (
                      <span className="matrix-mark">
                        <LevelMark level={cell.level} />
                        {cell.openCount > 1 && cell.openCount}
                      </span>
                    )}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

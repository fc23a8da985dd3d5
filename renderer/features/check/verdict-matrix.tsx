import type { Level, ProviderId } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { countLevel, providerIds, providerNames, verdictWords } from "./providers.ts";
import "./verdict-matrix.css";

const columns: readonly { level: Level; title: string }[] = [
  { level: "error", title: "Errors" },
  { level: "warning", title: "Warnings" },
  { level: "unknown", title: "Unknown" },
  { level: "info", title: "Notes" },
  { level: "pass", title: "Passed" },
];

interface VerdictMatrixProps {
  verdicts: CheckReport["verdicts"];
  selected: ProviderId | null;
  onSelect: (provider: ProviderId) => void;
}

/** Every provider's verdict at a glance; a row chooses whose findings are shown below. */
export function VerdictMatrix({ verdicts, selected, onSelect }: VerdictMatrixProps) {
  return (
    <table className="matrix" aria-label="Verdicts">
      <thead>
        <tr>
          <th scope="col">Provider</th>
          <th scope="col">Verdict</th>
          {columns.map((column) => (
            <th key={column.level} scope="col" className="matrix-count">
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {providerIds.map((id) => {
          const verdict = verdicts[id];
          if (verdict === undefined) return null;
          return (
            <tr
              key={id}
              className={classNames("matrix-row", id === selected && "matrix-selected")}
              onClick={() => onSelect(id)}
            >
              <th scope="row">
                <button type="button" aria-pressed={id === selected}>
                  {providerNames[id]}
                </button>
              </th>
              <td>
                <span className="matrix-verdict">
                  <LevelMark level={verdict.level} />
                  {verdictWords[verdict.level]}
                </span>
              </td>
              {columns.map(({ level }) => {
                const count = countLevel(verdict, level);
                return (
                  <td key={level} className={classNames("matrix-count", count > 0 && `matrix-${level}`)}>
                    {count}
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

import { useState, type ReactNode } from "react";
import type { ProviderId } from "#contract/finding.ts";
import type { CheckReport, Subject } from "#contract/report.ts";
import { Button } from "#renderer/components/button.tsx";
import { copyText } from "#renderer/components/copy-text.ts";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { formatAgo, formatMoment } from "#renderer/lib/format-time.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { FindingList } from "./finding-list.tsx";
import { ImageFactsPanel } from "./image-facts.tsx";
import { providerNames, worstProvider } from "./providers.ts";
import { reportMarkdown } from "./report-markdown.ts";
import { subjectKey } from "./subject.ts";
import { useCheckState, useRunCheck } from "./use-check.ts";
import { VerdictMatrix } from "./verdict-matrix.tsx";
import "./check-panel.css";

interface CheckPanelProps {
  subject: Subject;
  /** Why it cannot be checked now; null when it can. */
  unavailable?: string | null;
  /** What to say while there is no report yet. */
  empty: ReactNode;
}

/** The verdicts on one subject: facts on the left, the matrix and the chosen provider's findings beside them. */
export function CheckPanel({ subject, unavailable = null, empty }: CheckPanelProps) {
  const { report, running, failure } = useCheckState(subjectKey(subject));
  const runCheck = useRunCheck();
  const again = (
    <Button icon="refresh" busy={running} unavailable={unavailable} onClick={() => void runCheck(subject)}>
      {report === undefined && failure === null ? "Check now" : "Check again"}
    </Button>
  );
  const error = failure ?? report?.error ?? null;

  return (
    <div className="check-panel">
      <div className="check-bar">
        <CheckTimes report={report} running={running} />
        {report !== undefined && report.error === null && (
          <Button icon="copy" onClick={() => void copyText(reportMarkdown(report), "the report as Markdown")}>
            Copy as Markdown
          </Button>
        )}
        {again}
      </div>
      {error !== null && (
        <div className="check-error">
          <ErrorNotice error={error} />
        </div>
      )}
      {report === undefined && error === null && <div className="check-empty">{running ? null : empty}</div>}
      {report !== undefined && report.facts !== null && <CheckBody key={report.key} report={report} />}
    </div>
  );
}

function CheckTimes({ report, running }: { report: CheckReport | undefined; running: boolean }) {
  const nowMs = useNow(30_000);
  if (running) return <span className="check-times soft">Reading the image…</span>;
  if (report === undefined) return <span className="check-times" />;
  const read = report.facts === null ? "" : `Read and judged in ${formatDuration(report.facts.elapsedMs)} · `;
  return (
    <span className="check-times faint" title={formatMoment(report.checkedAt)}>
      {read}
      {formatAgo(report.checkedAt, nowMs)}
    </span>
  );
}

function CheckBody({ report }: { report: CheckReport }) {
  const [chosen, setChosen] = useState<ProviderId | null>(null);
  const selected = chosen ?? worstProvider(report.verdicts);
  const verdict = selected === null ? undefined : report.verdicts[selected];
  return (
    <div className="check-body">
      <aside className="check-facts" aria-label="Facts">
        {report.facts !== null && <ImageFactsPanel facts={report.facts} />}
      </aside>
      <div className="check-verdicts">
        <VerdictMatrix verdicts={report.verdicts} selected={selected} onSelect={setChosen} />
        {selected !== null && verdict !== undefined && (
          <section className="check-findings" aria-label={`Findings for ${providerNames[selected]}`}>
            <h3>{providerNames[selected]}</h3>
            {verdict.findings.length === 0 ? (
              <p className="soft">Nothing was found.</p>
            ) : (
              <FindingList verdict={verdict} />
            )}
          </section>
        )}
      </div>
    </div>
  );
}

import type { ReactNode } from "react";
import type { CheckReport, Subject } from "#contract/report.ts";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { formatAgo, formatMoment } from "#renderer/lib/format-time.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { CheckBody } from "./check-body.tsx";
import { ReportActions } from "./report-actions.tsx";
import { subjectKey } from "./subject.ts";
import { cancelCheck, useCheckState, useRunCheck } from "./use-check.ts";
import "./check-panel.css";

interface CheckPanelProps {
  subject: Subject;
  /** Why it cannot be checked now; null when it can. */
  unavailable?: string | null;
  /** What to say while there is no report yet. */
  empty: ReactNode;
}

/** The verdicts on one subject, how old they are, and what can be done with them. */
export function CheckPanel({ subject, unavailable = null, empty }: CheckPanelProps) {
  const key = subjectKey(subject);
  const { report, running, startedMs, failure } = useCheckState(key);
  const runCheck = useRunCheck();
  const error = failure ?? report?.error ?? null;

  return (
    <div className="check-panel">
      <div className="check-bar">
        {running ? <ReadingFor startedMs={startedMs} /> : <CheckTimes report={report} />}
        {report !== undefined && report.error === null && <ReportActions reportKey={report.key} />}
        {running ? (
          <Button icon="stop" onClick={() => cancelCheck(key)}>
            Stop
          </Button>
        ) : (
          <Button icon="refresh" unavailable={unavailable} onClick={() => void runCheck(subject)}>
            {report === undefined && failure === null ? "Check now" : "Check again"}
          </Button>
        )}
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

/** Most images are read before this is seen; an archive has to be unpacked first. */
function ReadingFor({ startedMs }: { startedMs: number }) {
  const spanMs = useNow(1000) - startedMs;
  return (
    <span className="check-times soft" role="status">
      <span className="ring job-ring" aria-hidden="true" /> Reading the image…
      {spanMs >= 2000 && <span className="faint"> {formatDuration(spanMs)}</span>}
    </span>
  );
}

function CheckTimes({ report }: { report: CheckReport | undefined }) {
  const nowMs = useNow(30_000);
  if (report === undefined) return <span className="check-times" />;
  const read = report.facts === null ? "" : `Read and judged in ${formatDuration(report.facts.elapsedMs)} · `;
  return (
    <span className="check-times faint" title={formatMoment(report.checkedAt)}>
      {read}
      {formatAgo(report.checkedAt, nowMs)}
    </span>
  );
}

import type { ReactNode } from "react";
import type { CheckReport, Subject } from "#contract/report.ts";
import { Button } from "#renderer/components/button.tsx";
import type { UnpackProgress } from "#contract/published.ts";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
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
  const { report, running, startedMs, unpacking, failure } = useCheckState(key);
  const runCheck = useRunCheck();
  const error = failure ?? report?.error ?? null;

  return (
    <div className="check-panel">
      <div className="check-bar">
        {running ? (
          <ReadingFor startedMs={startedMs} unpacking={unpacking} />
        ) : (
          <CheckTimes report={report} />
        )}
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
function ReadingFor({ startedMs, unpacking }: { startedMs: number; unpacking: UnpackProgress | null }) {
  const spanMs = useNow(1000) - startedMs;
  if (unpacking !== null && unpacking.doneBytes < unpacking.totalBytes) {
    const { doneBytes, totalBytes } = unpacking;
    return (
      <span className="check-times soft">
        Unpacking the archive
        <span className="check-unpacking">
          <ProgressBar fraction={doneBytes / Math.max(1, totalBytes)} label="Unpacking" />
        </span>
        <span className="faint">
          {formatBytes(doneBytes)} of {formatBytes(totalBytes)}
        </span>
      </span>
    );
  }
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

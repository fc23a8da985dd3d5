import { Badge, type Tone } from "#renderer/components/badge.tsx";
import type { JobStatus } from "#contract/job.ts";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { SerialConsole } from "#renderer/components/terminal/serial-console.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { watchedMachine } from "#renderer/features/practice/watched-machine.ts";
import { batchOf } from "#renderer/features/publish/batch.ts";
import { useDerived, useEntry } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { JobActions } from "./job-actions.tsx";
import { JobMark } from "./job-mark.tsx";
import { isActive, jobSpanMs, statusWords } from "./job-progress.ts";
import { JobResult } from "./job-result.tsx";
import { JobSteps } from "./job-steps.tsx";
import "./job-screen.css";

export const statusTones: Record<JobStatus, Tone> = {
  queued: "neutral",
  running: "accent",
  cancelling: "neutral",
  succeeded: "good",
  failed: "bad",
  cancelled: "neutral",
  interrupted: "warn",
};

/** One job with all its steps; beside them the console of the machine it drives. */
export function JobScreen({ jobId }: { jobId: string }) {
  const job = useEntry("jobs", jobId);
  const watched = useDerived(({ machines, jobs }) => {
    const shown = jobs[jobId];
    return { machine: shown === undefined ? undefined : watchedMachine(shown, machines) };
  }).machine;
  const batchSize = useDerived(({ jobs }) => batchOf(jobs, jobId).length);
  const nowMs = useNow(1000, job !== undefined && isActive(job.status));
  if (job === undefined) return <p className="screen-empty">This job is no longer in the list.</p>;
  return (
    <>
      <ScreenHeader
        mark={<JobMark status={job.status} />}
        title={job.title}
        badge={<Badge tone={statusTones[job.status]}>{statusWords[job.status]}</Badge>}
        meta={
          <>
            <span title={formatMoment(job.createdAt)}>{formatDuration(jobSpanMs(job, nowMs))}</span>
            {job.attempt > 1 && <span>attempt {job.attempt}</span>}
            {batchSize > 1 && (
              <button
                type="button"
                className="link-button"
                onClick={() => go({ screen: "batch", id: jobId })}
              >
                one of {batchSize} publishes
              </button>
            )}
          </>
        }
        actions={<JobActions job={job} onDismissed={() => go({ screen: "activity" })} />}
      />
      <div className={classNames("job-screen", watched !== undefined && "job-screen-watching")}>
        <div className="job-screen-steps">
          {job.error !== null && <ErrorNotice error={job.error} />}
          <JobResult job={job} />
          <JobSteps job={job} />
        </div>
        {watched !== undefined && <SerialConsole key={watched.id} machine={watched} />}
      </div>
    </>
  );
}

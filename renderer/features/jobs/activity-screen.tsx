import { useState } from "react";
import type { JobView } from "#contract/job.ts";
import { IconButton } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { PauseUploads } from "#renderer/features/settings/pause-uploads.tsx";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { formatAgo } from "#renderer/lib/format-time.ts";
import { newestFirst, useEntries } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { JobActions } from "./job-actions.tsx";
import { JobMark } from "./job-mark.tsx";
import { currentStep, isActive, jobSpanMs, progressText, statusWords, stepFraction } from "./job-progress.ts";
import { JobResult } from "./job-result.tsx";
import { JobSteps } from "./job-steps.tsx";
import "./activity-screen.css";

/** All jobs, newest first, those under way before the ended ones. */
export function ActivityScreen() {
  const jobs = useEntries("jobs", newestFirst);
  const nowMs = useNow(
    1000,
    jobs.some(({ status }) => isActive(status)),
  );
  const ordered = [
    ...jobs.filter(({ status }) => isActive(status)),
    ...jobs.filter(({ status }) => !isActive(status)),
  ];
  return (
    <>
      <ScreenHeader
        mark={<Icon name="activity" />}
        title="Activity"
        actions={ordered.some(isUploading) && <PauseUploads />}
      />
      <div className="screen-body activity">
        {ordered.length === 0 ? (
          <p className="soft">
            Nothing is under way. Compacting and publishing show up here with their progress.
          </p>
        ) : (
          <ul aria-label="Activity">
            {ordered.map((job) => (
              <JobItem key={job.id} job={job} nowMs={nowMs} />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

const isUploading = ({ kind, status }: JobView): boolean => kind === "publish" && isActive(status);

function JobItem({ job, nowMs }: { job: JobView; nowMs: number }) {
  const [open, setOpen] = useState(false);
  const step = currentStep(job);
  const active = isActive(job.status);
  return (
    <li className="activity-job">
      <div className="activity-line">
        <JobMark status={job.status} />
        <button
          type="button"
          className="activity-title truncate"
          onClick={() => go({ screen: "job", id: job.id })}
        >
          {job.title}
        </button>
        <span className="activity-when faint">
          {active
            ? formatDuration(jobSpanMs(job, nowMs))
            : `${statusWords[job.status]} · ${formatAgo(job.endedAt ?? job.createdAt, nowMs)}`}
        </span>
        <JobActions job={job} />
        <IconButton
          icon={open ? "chevron-down" : "chevron-right"}
          label={open ? "Hide steps" : "Show steps"}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
      </div>
      {active && step !== null && !open && (
        <div className="activity-now">
          <ProgressBar fraction={stepFraction(step)} label={step.title} />
          <p className="soft">
            <span>{step.title}</span>
            <span className="faint">{progressText(step)}</span>
          </p>
        </div>
      )}
      {job.error !== null && <ErrorNotice error={job.error} />}
      {open && (
        <div className="activity-steps">
          <JobResult job={job} />
          <JobSteps job={job} />
        </div>
      )}
    </li>
  );
}

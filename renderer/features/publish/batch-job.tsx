import { errorWords } from "#contract/errors.ts";
import type { JobView } from "#contract/job.ts";
import { Button } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { JobActions } from "#renderer/features/jobs/job-actions.tsx";
import { JobMark } from "#renderer/features/jobs/job-mark.tsx";
import { jobOutcome } from "#renderer/features/jobs/job-outcome.ts";
import {
  currentStep,
  isActive,
  jobSpanMs,
  progressText,
  statusWords,
  stepFraction,
} from "#renderer/features/jobs/job-progress.ts";
import { RemoteState } from "#renderer/features/remote/remote-state.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { go } from "#renderer/view-state/view-state.ts";

/** One publish of several: where it goes, how far it is, how it ended. */
export function BatchJob({ job }: { job: JobView }) {
  const account = useEntry("accounts", job.subject.accountId ?? "");
  const active = isActive(job.status);
  const nowMs = useNow(1000, active);
  const title = account?.name ?? job.title;
  return (
    <li className="batch-job" aria-label={title}>
      <div className="batch-job-line">
        <JobMark status={job.status} />
        <button
          type="button"
          className="batch-job-title truncate"
          onClick={() => go({ screen: "job", id: job.id })}
        >
          {title}
        </button>
        <span className="faint batch-job-when">
          {statusWords[job.status]} · {formatDuration(jobSpanMs(job, nowMs))}
        </span>
      </div>
      <StepDots job={job} />
      <div className="batch-job-body">
        {active && <NowPart job={job} />}
        {job.error !== null && <ErrorPart error={job.error} />}
        {job.status === "succeeded" && <DonePart job={job} />}
        {job.status === "interrupted" && (
          <p className="soft">It was interrupted; finished steps are kept. Retry goes on from there.</p>
        )}
      </div>
      <div className="batch-job-actions">
        <JobActions job={job} />
      </div>
    </li>
  );
}

/** All steps as dots, so that several jobs can be compared at a glance. */
function StepDots({ job }: { job: JobView }) {
  const done = job.steps.filter(({ status }) => status === "done").length;
  return (
    <div className="batch-dots" role="img" aria-label={`${done} of ${job.steps.length} steps done`}>
      {job.steps.map((step) => (
        <span
          key={step.name}
          className={classNames("batch-dot", `batch-dot-${step.status}`)}
          title={step.title}
        />
      ))}
    </div>
  );
}

function NowPart({ job }: { job: JobView }) {
  const step = currentStep(job);
  if (step === null) {
    return <p className="soft">{job.status === "queued" ? "Waits for its turn" : "About to begin"}</p>;
  }
  return (
    <>
      <ProgressBar fraction={stepFraction(step)} label={step.title} />
      <p className="batch-job-step">
        <span>{step.title}</span>
        <span className="faint">{progressText(step)}</span>
      </p>
    </>
  );
}

function ErrorPart({ error }: { error: NonNullable<JobView["error"]> }) {
  return (
    <div className="batch-job-error selectable" role="alert">
      <p>
        <strong>{errorWords[error.code].title}.</strong> {error.message}
      </p>
      <p className="soft">{error.hint}</p>
    </div>
  );
}

function DonePart({ job }: { job: JobView }) {
  const outcome = jobOutcome(job);
  const image = useEntry("remoteImages", outcome.remoteImageId ?? "");
  if (outcome.handOff !== undefined && outcome.handOff !== null) {
    return (
      <>
        <p>The file is on the operator's storage. Now the operator registers it.</p>
        <Button icon="copy" onClick={() => go({ screen: "job", id: job.id })}>
          Show the hand-off…
        </Button>
      </>
    );
  }
  return (
    <div className="batch-job-done">
      {image === undefined ? <span>{outcome.status}</span> : <RemoteState image={image} />}
      {image !== undefined && (
        <button
          type="button"
          className="link-button"
          onClick={() => go({ screen: "remote-image", id: image.id })}
        >
          Show remote image
        </button>
      )}
      {outcome.stagingEmpty === true && (
        <span className="faint batch-job-note">
          <Icon name="check" /> staging is empty
        </span>
      )}
    </div>
  );
}

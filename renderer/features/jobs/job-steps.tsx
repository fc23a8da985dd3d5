import type { JobStep, JobView } from "#contract/job.ts";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { ProgressBar } from "#renderer/components/progress-bar.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { isActive, progressText, stepFraction, stepSpanMs } from "./job-progress.ts";
import "./job-steps.css";

export function JobSteps({ job }: { job: JobView }) {
  const nowMs = useNow(1000, isActive(job.status));
  return (
    <ol className="job-steps" aria-label="Steps">
      {job.steps.map((step) => (
        <StepItem key={step.name} step={step} nowMs={nowMs} />
      ))}
    </ol>
  );
}

function StepItem({ step, nowMs }: { step: JobStep; nowMs: number }) {
  const spanMs = stepSpanMs(step, nowMs);
  const text = progressText(step);
  return (
    <li
      className={classNames("job-step", `job-step-${step.status}`)}
      aria-current={step.status === "running" ? "step" : undefined}
    >
      <StepMark status={step.status} />
      <div className="job-step-words">
        <div className="job-step-line">
          <span className="job-step-title">{step.title}</span>
          {spanMs !== null && <span className="faint">{formatDuration(spanMs)}</span>}
        </div>
        {step.status === "running" && <ProgressBar fraction={stepFraction(step)} label={step.title} />}
        {text !== "" && <p className="job-step-text selectable">{text}</p>}
        {step.progress !== null && step.message !== "" && (
          <p className="job-step-text selectable">{step.message}</p>
        )}
      </div>
    </li>
  );
}

function StepMark({ status }: { status: JobStep["status"] }) {
  switch (status) {
    case "waiting":
      return <span className="job-step-dot" role="img" aria-label="Waiting" />;
    case "running":
      return <span className="job-ring ring" role="img" aria-label="Running" />;
    case "done":
      return <LevelMark level="pass" label="Done" />;
    case "failed":
      return <LevelMark level="error" label="Failed" />;
    case "undone":
      return (
        <span className="job-step-undone" role="img" aria-label="Undone">
          <Icon name="reset" />
        </span>
      );
  }
}

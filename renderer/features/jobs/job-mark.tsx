import type { JobStatus } from "#contract/job.ts";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { statusWords } from "./job-progress.ts";
import "./job-mark.css";

export function JobMark({ status }: { status: JobStatus }) {
  const label = statusWords[status];
  switch (status) {
    case "queued":
    case "running":
    case "cancelling":
      return <span className="job-ring ring" role="img" aria-label={label} />;
    case "succeeded":
      return <LevelMark level="pass" label={label} />;
    case "failed":
      return <LevelMark level="error" label={label} />;
    case "interrupted":
      return <LevelMark level="warning" label={label} />;
    case "cancelled":
      return (
        <span className="job-cancelled" role="img" aria-label={label}>
          <Icon name="stop" />
        </span>
      );
  }
}

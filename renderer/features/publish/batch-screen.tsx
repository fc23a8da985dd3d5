import { Button } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { PauseUploads } from "#renderer/features/settings/pause-uploads.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useDerived, useEntry } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { activeOf, batchOf, batchWords, retryableOf } from "./batch.ts";
import { BatchJob } from "./batch-job.tsx";
import "./batch-screen.css";

/** Publishes that were started together, side by side; each goes its own way to its own end. */
export function BatchScreen({ jobId }: { jobId: string }) {
  const jobs = useDerived((state) => batchOf(state.jobs, jobId));
  const image = useEntry("images", jobs[0]?.subject.imageId ?? "");
  const retry = useCall("jobs.retry");
  const cancel = useCall("jobs.cancel");
  if (jobs.length === 0) return <p className="screen-empty">These publishes are no longer in the list.</p>;
  const failed = retryableOf(jobs);
  const active = activeOf(jobs);
  return (
    <>
      <ScreenHeader
        mark={<Icon name="upload" />}
        title={image === undefined ? "Publish" : `Publish ${image.name}`}
        meta={
          <>
            <span role="status">{batchWords(jobs)}</span>
            <button type="button" className="link-button" onClick={() => go({ screen: "activity" })}>
              All activity
            </button>
          </>
        }
        actions={
          <>
            {active.length > 0 && <PauseUploads />}
            {failed.length > 1 && (
              <Button
                icon="refresh"
                busy={retry.pending}
                onClick={() => void Promise.all(failed.map(({ id }) => retry.run({ jobId: id })))}
              >
                Retry all {failed.length}
              </Button>
            )}
            {active.length > 1 && (
              <Button
                busy={cancel.pending}
                onClick={() => void Promise.all(active.map(({ id }) => cancel.run({ jobId: id })))}
              >
                Cancel all
              </Button>
            )}
          </>
        }
      />
      <ul className="screen-body batch" aria-label="Publishes">
        {jobs.map((job) => (
          <BatchJob key={job.id} job={job} />
        ))}
      </ul>
    </>
  );
}

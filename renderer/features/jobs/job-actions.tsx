import type { JobView } from "#contract/job.ts";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { isActive, isRetryable } from "./job-progress.ts";

/** What can be done with a job in its present state. */
export function JobActions({ job, onDismissed }: { job: JobView; onDismissed?: () => void }) {
  const cancel = useCall("jobs.cancel");
  const retry = useCall("jobs.retry");
  const dismiss = useCall("jobs.dismiss");
  if (isActive(job.status)) {
    const cancelling = job.status === "cancelling";
    return (
      <Button busy={cancel.pending || cancelling} onClick={() => void cancel.run({ jobId: job.id })}>
        {cancelling ? "Cancelling…" : "Cancel"}
      </Button>
    );
  }
  return (
    <>
      {isRetryable(job.status) && (
        <Button
          icon="refresh"
          busy={retry.pending}
          title="Runs it again; finished steps are kept"
          onClick={() => void retry.run({ jobId: job.id })}
        >
          Retry
        </Button>
      )}
      <IconButton
        icon="close"
        label="Dismiss"
        title={
          job.status === "interrupted"
            ? "Undo what it left and remove it from the list"
            : "Remove from the list"
        }
        busy={dismiss.pending}
        onClick={() => {
          void dismiss.run({ jobId: job.id }).then((done) => {
            if (done !== null) onDismissed?.();
          });
        }}
      />
    </>
  );
}

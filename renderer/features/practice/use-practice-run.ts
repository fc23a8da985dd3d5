import { isActive } from "#renderer/features/jobs/job-progress.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";

export interface PracticeRun {
  start: () => Promise<void>;
  pending: boolean;
  /** The run that is under way; starting again leads there. */
  activeJobId: string | undefined;
}

/** The whole job once, on a guest made here, into the built-in practice account. */
export function usePracticeRun(): PracticeRun {
  const run = useCall("practice.run");
  const activeJobId = useDerived(
    ({ jobs }) => Object.values(jobs).find((job) => job.kind === "practice-run" && isActive(job.status))?.id,
  );
  const start = async () => {
    if (activeJobId !== undefined) return go({ screen: "job", id: activeJobId });
    const started = await run.run({});
    if (started !== null) go({ screen: "job", id: started.jobId });
  };
  return { start, pending: run.pending, activeJobId };
}

import { z } from "zod";
import type { JobContext, JobDefinition, StepReporter } from "#core/job/job-context.ts";
import type { Jobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";

/**
 * Runs another job to its end inside a step and answers its result. The child's id is noted under `key`, so a retry
 * goes on with the same child. Cancelling the parent cancels the child and waits for its clean-up.
 */
export async function runChildJob<I extends z.ZodType, O extends z.ZodType>(
  jobs: Jobs,
  parent: { context: JobContext; reporter: StepReporter },
  definition: JobDefinition<I, O>,
  input: z.input<I>,
  key = `child:${definition.kind}`,
): Promise<z.output<O>> {
  const { context, reporter } = parent;
  const known = context.recall(key, z.string());
  const id = known !== null && jobs.find(known) !== null ? known : newId();
  const before = jobs.find(id);
  if (id !== known) await context.note(key, id);
  if (before === null) await jobs.start(definition, input, { id });
  else if (before.status !== "succeeded") await goOn(jobs, id);
  const onAbort = (): void => void jobs.cancel(id).catch(() => {}); // it may have ended just now
  context.signal.addEventListener("abort", onAbort, { once: true });
  if (context.signal.aborted) onAbort();
  const stopWatching = jobs.observe(id, (view) => {
    const step = view.steps.find(({ status }) => status === "running");
    if (step === undefined) return;
    reporter.message(step.message === "" ? step.title : `${step.title}: ${step.message}`);
    if (step.progress !== null) reporter.progress(step.progress.doneBytes, step.progress.totalBytes);
  });
  try {
    const view = await jobs.waitFor(id);
    if (view.status === "succeeded") return definition.output.parse(view.result);
    if (view.error !== null) throw AppError.fromWire(view.error);
    throw new AppError("cancelled", `${view.title} was ${view.status}`);
  } finally {
    stopWatching();
    context.signal.removeEventListener("abort", onAbort);
  }
}

/** After a crash it may have been resumed by itself; then it is only waited for. */
async function goOn(jobs: Jobs, id: string): Promise<void> {
  try {
    await jobs.retry(id);
  } catch (error) {
    if (AppError.from(error).code !== "already-exists") throw error;
  }
}

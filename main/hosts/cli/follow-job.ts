import type { JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { CommandContext, Session } from "./command.ts";
import { endedLine, hasEnded, jobTitle, progressParts, statusLine } from "./job-lines.ts";
import { cut } from "./terminal/table.ts";

const redrawEveryMs = 500;
/** Without a terminal a long step still shows now and then that it lives. */
const plainProgressEveryMs = 15_000;

/**
 * Shows a job until it has ended, and answers its last view. Ctrl-C cancels it and goes on waiting, because
 * undoing takes its time; throws the job's own error when it failed and `cancelled` when it was cancelled.
 */
export async function followJob(context: CommandContext, session: Session, jobId: string): Promise<JobView> {
  const view = await watchJob(context, session, jobId);
  switch (view.status) {
    case "succeeded":
      return view;
    case "failed":
      throw view.error === null ? new AppError("internal", "The job failed") : AppError.fromWire(view.error);
    case "cancelled":
    case "cancelling":
      throw new AppError("cancelled", "Cancelled");
    case "interrupted":
    case "queued":
    case "running":
      throw new AppError("cancelled", "The job was interrupted", {
        hint: `goldsmith job retry ${jobId} goes on where it stopped.`,
      });
  }
}

async function watchJob(context: CommandContext, session: Session, jobId: string): Promise<JobView> {
  const { err, json, signal } = context;
  const silent = json && !err.isTerminal;
  const over = new AbortController();
  const printer = silent ? null : createPrinter(context);
  const cancel = (): void => {
    if (!silent) err.line("Cancelling … (Ctrl-C once more quits at once)");
    // It may have ended in this very moment; then there is nothing to cancel.
    session.client.call("jobs.cancel", { jobId }).catch(() => {});
  };
  const redraw = setInterval(() => printer?.redraw(), redrawEveryMs);
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const _ of session.changes(over.signal)) {
      const job = session.state.jobs[jobId];
      if (job === undefined) throw new AppError("not-found", "The job was removed while it was followed");
      printer?.show(job);
      if (hasEnded(job)) return job;
    }
    throw new AppError("internal", "The state ended before the job");
  } finally {
    clearInterval(redraw);
    signal.removeEventListener("abort", cancel);
    over.abort();
    err.status("");
  }
}

interface Printer {
  show(job: JobView): void;
  redraw(): void;
}

/** On a terminal one line per ended step and a rewritten one below; elsewhere lines only. */
function createPrinter({ err }: CommandContext): Printer {
  const printed = new Map<string, string>();
  let last: JobView | null = null;
  let lastPlainMs = performance.now();
  let titled = false;

  function draw(job: JobView): void {
    const running = job.steps.find(({ status }) => status === "running");
    if (running === undefined) {
      err.status(job.status === "queued" ? "Waiting for its turn" : "");
      return;
    }
    const elapsedMs = running.startedAt === null ? 0 : Date.now() - Date.parse(running.startedAt);
    err.status(cut(statusLine(running, elapsedMs), err.columns - 1));
    if (err.isTerminal || performance.now() - lastPlainMs < plainProgressEveryMs) return;
    lastPlainMs = performance.now();
    const parts = progressParts(running);
    if (parts.length > 0) err.line(`  ${running.title}: ${parts.join(", ")}`);
  }

  return {
    show(job) {
      if (!titled) err.line(jobTitle(job));
      titled = true;
      last = job;
      for (const step of job.steps) {
        const before = printed.get(step.name);
        if (before === step.status) continue;
        printed.set(step.name, step.status);
        // A failed step that is undone has been told already.
        const line = before === "failed" && step.status === "undone" ? null : endedLine(step);
        if (line !== null) err.line(line);
        else if (step.status === "running" && !err.isTerminal) {
          lastPlainMs = performance.now();
          err.line(`  ${step.title} …`);
        }
      }
      draw(job);
    },
    redraw() {
      if (last !== null) draw(last);
    },
  };
}

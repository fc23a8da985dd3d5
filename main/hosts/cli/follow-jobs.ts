import type { JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { CommandContext, Session } from "./command.ts";
import { endedLine, hasEnded, progressParts } from "./job-lines.ts";
import { bold, cyan } from "./terminal/style.ts";
import { cut, width } from "./terminal/table.ts";

const redrawEveryMs = 500;
/** Without a terminal long steps still show now and then that they live. */
const plainProgressEveryMs = 15_000;

/**
 * Shows several jobs until all have ended, each line with the name of its job, and answers their last views whatever
 * became of them. Ctrl-C cancels all and goes on waiting, because undoing takes its time.
 */
export async function followJobs(
  context: CommandContext,
  session: Session,
  jobs: readonly { id: string; name: string }[],
): Promise<JobView[]> {
  const { err, json, signal } = context;
  const silent = json && !err.isTerminal;
  const over = new AbortController();
  const cells = Math.max(...jobs.map(({ name }) => width(name)));
  const label = (name: string): string => bold(name) + " ".repeat(cells - width(name));
  const printed = new Map<string, string>();
  let lastPlainMs = performance.now();

  const views = (): JobView[] =>
    jobs.map(({ id, name }) => {
      const view = session.state.jobs[id];
      if (view === undefined) throw new AppError("not-found", `The job for ${name} was removed`);
      return view;
    });
  const printEnded = (): void => {
    for (const [index, view] of views().entries()) {
      for (const step of view.steps) {
        const key = `${view.id} ${step.name}`;
        if (printed.get(key) === step.status) continue;
        printed.set(key, step.status);
        // Of several jobs the undone steps of one would bury the others; its error tells what became of it.
        const line = step.status === "undone" ? null : endedLine(step);
        if (line !== null) err.line(`${label(jobs[index]?.name ?? "")}  ${line}`);
      }
    }
  };
  const now = (): string[] =>
    views().flatMap((view, index) => {
      const step = view.steps.find(({ status }) => status === "running");
      if (step === undefined) return [];
      return [[`${cyan("•")} ${jobs[index]?.name ?? ""}: ${step.title}`, ...progressParts(step)].join(" ")];
    });
  const draw = (): void => {
    if (err.isTerminal) return err.status(cut(now().join("  "), err.columns - 1));
    if (performance.now() - lastPlainMs < plainProgressEveryMs) return;
    lastPlainMs = performance.now();
    for (const line of now()) err.line(line);
  };
  const cancel = (): void => {
    if (!silent) err.line("Cancelling … (Ctrl-C once more quits at once)");
    for (const { id } of jobs) session.client.call("jobs.cancel", { jobId: id }).catch(() => {});
  };

  const redraw = silent ? undefined : setInterval(draw, redrawEveryMs);
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const _ of session.changes(over.signal)) {
      if (!silent) printEnded();
      if (!silent) draw();
      if (views().every(hasEnded)) return views();
    }
    throw new AppError("internal", "The state ended before the jobs");
  } finally {
    clearInterval(redraw);
    signal.removeEventListener("abort", cancel);
    over.abort();
    err.status("");
  }
}

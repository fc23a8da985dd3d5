import type { JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  type CommandContext,
  type CommandSpec,
  type Session,
} from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJob } from "../follow-job.ts";
import { statusWord } from "../job-lines.ts";
import { formatTime } from "../terminal/format.ts";
import { green, red, yellow } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { explained } from "./build-words.ts";

const positionals = [{ name: "JOB", required: true, many: false }] as const;

/** By id, title, or a unique beginning of one of them. */
function findJob(context: CommandContext, session: Session): JobView {
  const named = Object.values(session.state.jobs).map((job) => ({ id: job.id, name: job.title, job }));
  return findByName("job", firstPositional(context), named).job;
}

const list = defineCommand({
  words: ["job", "list"],
  summary: "List the jobs: what runs, what ended, what was interrupted",
  positionals: [],
  options: {},
  examples: ["goldsmith job list"],
  async run(context) {
    const { state } = await context.session();
    const jobs = Object.values(state.jobs).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    if (context.json) context.printJson(jobs);
    else if (jobs.length === 0) context.out.line("No jobs.");
    else {
      const rows = jobs.map((job) => [
        job.title,
        colour(job)(statusWord(job)),
        formatTime(job.createdAt),
        job.id,
        job.error?.message ?? "",
      ]);
      const lines = table(["JOB", "STATUS", "STARTED", "ID", ""], rows, context.out.columns);
      for (const line of lines) context.out.line(line);
    }
    return exitCodes.ok;
  },
});

function colour({ status }: JobView): (text: string) => string {
  if (status === "succeeded") return green;
  if (status === "failed") return red;
  return status === "interrupted" ? yellow : (text) => text;
}

const retry = defineCommand({
  words: ["job", "retry"],
  summary: "Run a failed, cancelled or interrupted job again; finished steps are kept",
  positionals,
  options: {},
  examples: ["goldsmith job retry 3k9x"],
  async run(context) {
    const session = await context.session();
    const { id, kind } = findJob(context, session);
    await session.client.call("jobs.retry", { jobId: id }, context.signal);
    const job = await followJob(context, session, id).catch((error: unknown) => {
      if (kind !== "build") throw error;
      throw explained(context, session, AppError.from(error), {
        jobId: id,
        path: "RECIPE",
        hasSecrets: true,
      });
    });
    if (context.json) context.printJson(job);
    return exitCodes.ok;
  },
});

const simple = (word: "cancel" | "dismiss", summary: string, done: string): CommandSpec =>
  defineCommand({
    words: ["job", word],
    summary,
    positionals,
    options: {},
    examples: [`goldsmith job ${word} 3k9x`],
    async run(context) {
      const session = await context.session();
      const job = findJob(context, session);
      await session.client.call(`jobs.${word}`, { jobId: job.id }, context.signal);
      if (context.json) context.printJson({ jobId: job.id });
      else context.out.line(`${done} ${job.title}.`);
      return exitCodes.ok;
    },
  });

export const jobCommands: readonly CommandSpec[] = [
  list,
  retry,
  simple("cancel", "Cancel an interrupted job: what it made is undone", "Cancelled"),
  simple("dismiss", "Forget an ended job; what it kept for a retry is removed", "Dismissed"),
];

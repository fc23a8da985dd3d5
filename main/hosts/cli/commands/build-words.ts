import { z } from "zod";
import type { JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { CommandContext, Session } from "../command.ts";
import { hasEnded } from "../job-lines.ts";
import { dim, red, yellow } from "../terminal/style.ts";

const ScreenSchema = z.array(z.string());
const FindingsSchema = z.array(
  z.object({ provider: z.string(), level: z.string(), title: z.string(), where: z.string() }),
);

/** Said before a build begins anew that could have gone on. */
export function tellEarlier(
  context: CommandContext,
  session: Session,
  { jobId, hasSecrets }: { jobId: string; hasSecrets: boolean },
): void {
  const title = session.state.jobs[jobId]?.title;
  if (context.json) return;
  const earlier = Object.values(session.state.jobs)
    .filter(({ id, kind, title: other }) => kind === "build" && other === title && id !== jobId)
    .filter((job) => hasEnded(job) && job.status !== "succeeded" && canGoOn(session, job, hasSecrets))
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))[0];
  if (earlier === undefined) return;
  const end = earlier.status === "failed" ? "has failed" : `was ${earlier.status}`;
  const line = `An earlier build of it ${end}; goldsmith job retry ${earlier.id} goes on there. This one begins anew.`;
  context.err.line(dim(line));
}

/**
 * What a person needs beside the error of a build: the last screen where a console did not show what was waited for,
 * the last words of a script, the findings of a check, what is left of the build and how to go on. Answers the error with the latter in its hint.
 */
export function explained(
  context: CommandContext,
  session: Session,
  error: AppError,
  { jobId, path, hasSecrets }: { jobId: string; path: string; hasSecrets: boolean },
): AppError {
  if (!context.json) showDetails(context, error.details);
  const job = session.state.jobs[jobId];
  const machine = session.state.machines[job?.subject.machineId ?? ""];
  const kept = machine?.checkpoints.findLast(({ withMemory }) => !withMemory);
  const anew =
    machine === undefined || kept === undefined || machine.checkpoints[0]?.id === kept.id
      ? ""
      : ` With another recipe: goldsmith build ${path} --from-checkpoint ${quoted(`${wordFor(session, machine)}:${kept.name}`)}.`;
  const image = Object.values(session.state.images).find(({ origin }) => origin?.machineId === machine?.id);
  const publishing =
    image === undefined || machine === undefined
      ? ""
      : ` The image ${image.name} is in the library: goldsmith publish ${image.id} --to ACCOUNT.`;
  if (error.code === "cancelled") {
    if (context.json || machine === undefined) return error;
    const retry =
      job !== undefined && canGoOn(session, job, hasSecrets)
        ? ` goldsmith job retry ${jobId} goes on with it.`
        : "";
    context.err.line(`The machine ${machine.name} (${machine.id}) is kept, powered off.${retry}${anew}`);
    context.err.line(`goldsmith machine delete ${wordFor(session, machine)} removes it.${publishing}`);
    return error;
  }
  const how = machine === undefined ? "tries again" : "goes on from its last checkpoint";
  const { code, message, retry, details } = error;
  const hint = `${error.hint} goldsmith job retry ${jobId} ${how}.${anew}${publishing}`;
  // A program that reads the JSON needs them as well, and not out of a sentence.
  const ids = { jobId, ...(machine === undefined ? {} : { machineId: machine.id }) };
  return new AppError(code, message, { hint, retry, details: { ...details, ...ids }, cause: error });
}

function showDetails({ err }: CommandContext, details: AppError["details"]): void {
  const screen = ScreenSchema.safeParse(details["screen"]);
  if (screen.success) {
    err.line(dim("  The last screen:"));
    for (const row of screen.data) err.line(dim(`  │ ${row}`));
  }
  const { output } = details;
  if (typeof output === "string" && output.trim() !== "") {
    err.line(dim("  Its last words:"));
    for (const row of output.trim().split("\n").slice(-8)) err.line(dim(`  │ ${row}`));
  }
  const findings = FindingsSchema.safeParse(details["findings"]);
  if (!findings.success) return;
  for (const { provider, level, title, where } of findings.data) {
    const word = level === "error" ? red(level) : yellow(level);
    err.line(`  ${word} ${provider}: ${title}${where === "" ? "" : dim(` (${where})`)}`);
  }
}

/** A build that was cancelled has forgotten its secrets, and cannot go on where it needs some. */
const canGoOn = ({ state }: Session, job: JobView, hasSecrets: boolean): boolean =>
  state.machines[job.subject.machineId ?? ""] !== undefined && !(job.status === "cancelled" && hasSecrets);

/** The name, or the id where several have it. */
const wordFor = ({ state }: Session, { id, name }: { id: string; name: string }): string =>
  Object.values(state.machines).filter((one) => one.name === name).length === 1 ? name : id;

const quoted = (word: string): string =>
  /^[\w.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

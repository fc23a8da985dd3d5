import type { JobView } from "#contract/job.ts";
import {
  PublishManySchema,
  PublishResultSchema,
  UploadFormatSchema,
  type PublishMany,
  type UploadFormat,
} from "#contract/publish.ts";
import { AppError } from "#core/lib/app-error.ts";
import {
  defineCommand,
  firstPositional,
  flag,
  listOption,
  textOption,
  UsageError,
  type CommandContext,
  type Session,
} from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { followJobs } from "../follow-jobs.ts";
import { formatWords, printPlans } from "../plan-lines.ts";
import { printError } from "../run-cli.ts";
import { parseSize } from "../terminal/format.ts";
import { formatBytes } from "../terminal/format.ts";
import { bold, yellow } from "../terminal/style.ts";

export const publishCommand = defineCommand({
  words: ["publish"],
  summary: "Publish an image to one or several accounts, and follow it until it is available",
  details:
    "The image is judged first: with an error it is held back unless --override is given. It is staged once where " +
    "several accounts can fetch the same object, registered everywhere, followed, and the staged copy removed. When " +
    "one account fails the others go on; a failed publish goes on where it stopped with goldsmith job retry.\n" +
    "--plan shows what would happen and sends nothing but questions. Exit code 0: available (or planned) everywhere; " +
    "1: at least one failed or would be held back; 130: cancelled.",
  positionals: [{ name: "IMAGE", required: true, many: false }],
  options: {
    to: {
      type: "string",
      value: "ACCOUNT",
      repeatable: true,
      help: "Where to; several times or with commas (required)",
    },
    name: { type: "string", value: "NAME", help: "Name at the provider (default: of the image)" },
    region: { type: "string", value: "REGION", help: "Region (default: of each account)" },
    "more-regions": {
      type: "string",
      value: "LIST",
      repeatable: true,
      help: "Regions it is copied to once it is available",
    },
    staging: { type: "string", value: "STAGING", help: "Storage to stage it on (default: of each account)" },
    "from-url": {
      type: "string",
      value: "URL",
      help: "It lies at this address already: nothing is uploaded",
    },
    format: {
      type: "string",
      value: "FORMAT",
      help: "as-it-is, qcow2 or raw.gz (default: see --plan)",
    },
    override: {
      type: "boolean",
      help: "Publish although the check says error; it is written into the record",
    },
    again: { type: "boolean", help: "Publish although the same content is in the account already" },
    plan: { type: "boolean", help: "Only show verdict, upload, cost and quota of each account" },
    limit: { type: "string", value: "RATE", help: "Upload at most this fast during this run, such as 5MB/s" },
  },
  examples: [
    "goldsmith publish debian-12-golden --to practice",
    "goldsmith publish web --to work,contabo --to oracle --plan",
    "goldsmith publish web --to work --format raw.gz",
    "goldsmith publish web --to work --region fra1 --more-regions ams3,nyc3 --limit 5MB/s",
    "goldsmith publish web --to work --from-url https://images.example.org/web.qcow2 --json",
  ],
  async run(context) {
    const limit = rateOption(context);
    if (listOption(context, "to").length === 0) throw new UsageError("--to ACCOUNT is missing");
    const session = await context.session();
    const input = publishInput(context, session);
    if (flag(context, "plan")) return plan(context, session, input);
    if (limit !== null) {
      await session.client.call("settings.limitForNow", { bytesPerSecond: limit }, context.signal);
    }
    return publish(context, session, input);
  },
});

function publishInput(context: CommandContext, { state }: Session): PublishMany {
  const image = findByName("image", firstPositional(context), Object.values(state.images));
  const accounts = listOption(context, "to").map((word) =>
    findByName("account", word, Object.values(state.accounts)),
  );
  const staging = textOption(context, "staging");
  const shared = {
    name: textOption(context, "name"),
    region: textOption(context, "region"),
    moreRegions: listOption(context, "more-regions"),
    sourceUrl: textOption(context, "from-url") ?? null,
    format: formatOption(context),
    override: flag(context, "override"),
    stagingId:
      staging === undefined ? null : findByName("staging storage", staging, Object.values(state.stagings)).id,
  };
  const ids = [...new Set(accounts.map(({ id }) => id))];
  const parsed = PublishManySchema.safeParse({
    imageId: image.id,
    again: flag(context, "again"),
    destinations: ids.map((accountId) => ({ accountId, ...shared })),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = String(issue?.path.at(-1) ?? "");
  throw new UsageError(
    `${field === "sourceUrl" ? "--from-url" : `--${field}`}: ${issue?.message ?? "wrong"}`,
  );
}

async function plan(context: CommandContext, session: Session, input: PublishMany): Promise<ExitCode> {
  if (!context.json) context.err.status("Checking the image and asking the accounts");
  const plans = await session.client.call("publish.plan", input, context.signal);
  context.err.status("");
  if (context.json) context.printJson(plans);
  else printPlans(context.out, session.state, plans);
  const held = plans.some(
    ({ level, notes, same }) =>
      (level === "error" && !flag(context, "override")) ||
      (same.length > 0 && !flag(context, "again")) ||
      notes.some(({ blocks }) => blocks),
  );
  return held ? exitCodes.failure : exitCodes.ok;
}

async function publish(context: CommandContext, session: Session, input: PublishMany): Promise<ExitCode> {
  const { client, state } = session;
  const { jobIds } = await client.call("publish.start", input, context.signal);
  const followed = jobIds.map((id, index) => {
    const accountId = input.destinations[index]?.accountId ?? "";
    return { id, name: state.accounts[accountId]?.name ?? id };
  });
  const jobs = await followJobs(context, session, followed);
  if (context.json) {
    const images = jobs.map((job) => state.remoteImages[resultOf(job)?.remoteImageId ?? ""] ?? null);
    context.printJson({ jobs, remoteImages: images });
  } else
    for (const [index, job] of jobs.entries()) printEnd(context, session, job, followed[index]?.name ?? "");
  if (jobs.every(({ status }) => status === "succeeded")) return exitCodes.ok;
  return context.signal.aborted ? exitCodes.cancelled : exitCodes.failure;
}

const resultOf = ({ result }: JobView) => PublishResultSchema.safeParse(result).data ?? null;

function wayOn({ id, error }: JobView): string {
  if (error?.code === "already-exists") return "goldsmith publish … --again publishes it all the same";
  if (error?.code === "publish-held") return "goldsmith publish … --override publishes it all the same";
  const how = error?.retry === "never" ? "begins it anew" : "goes on where it stopped";
  return `goldsmith job retry ${id} ${how}`;
}

function printEnd({ out, err }: CommandContext, { state }: Session, job: JobView, account: string): void {
  const result = resultOf(job);
  if (result === null) {
    const error =
      job.error === null
        ? new AppError("cancelled", `The job ended as ${job.status}`)
        : AppError.fromWire({ ...job.error, message: `${account}: ${job.error.message}` });
    printError(err, error);
    if (job.status === "failed") err.line(`      ${wayOn(job)}`);
    return;
  }
  const remote = state.remoteImages[result.remoteImageId ?? ""];
  const name = remote?.name ?? state.images[job.subject.imageId ?? ""]?.name ?? job.title;
  out.line(`${bold(name)} is ${result.status} at ${account}`);
  if (result.providerImageId !== null) out.line(`  id ${result.providerImageId}`);
  out.line(`  ${formatBytes(result.uploadedBytes)} uploaded, sha256 ${result.sha256}`);
  if (result.stagingEmpty === false) out.line(yellow("  The staged copy could not be removed."));
  if (result.overridden.length > 0) out.line(yellow(`  Overridden: ${result.overridden.join(", ")}`));
  if (result.handOff === null) return;
  out.line("  The operator registers it; give them this:");
  for (const line of result.handOff.text.split("\n")) out.line(`  ${line}`);
}

function formatOption(context: CommandContext): UploadFormat | null {
  const word = textOption(context, "format");
  if (word === undefined) return null;
  const found = UploadFormatSchema.options.find((format) => formatWords[format] === word);
  if (found !== undefined) return found;
  throw new UsageError(`--format ${word}: write as-it-is, qcow2 or raw.gz`);
}

function rateOption(context: CommandContext): number | null {
  const text = textOption(context, "limit");
  if (text === undefined) return null;
  const rate = parseSize(text.replace(/\/s(ec)?$/i, ""));
  if (rate === null || rate === 0) throw new UsageError(`--limit ${text} is no rate; write 5MB/s or 500kB/s`);
  return rate;
}

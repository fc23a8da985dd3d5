import { z } from "zod";
import { defineCommand, flag, type CommandContext, type Session } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { followJob } from "../follow-job.ts";
import { createTranscriptLines } from "../transcript-lines.ts";
import { formatDuration } from "../terminal/format.ts";
import { bold, dim, green, visible } from "../terminal/style.ts";
import { cut } from "../terminal/table.ts";

const DemoResultSchema = z.object({
  machineId: z.string(),
  imageId: z.string(),
  accountId: z.string(),
  remoteImageId: z.string(),
  summary: z.array(z.object({ title: z.string(), value: z.string() })),
});

export const demoCommand = defineCommand({
  words: ["demo"],
  summary: "Do the whole job on the practice account: from an installer ISO to a published image",
  details:
    "Builds a small but real installer ISO, installs a machine from it, customises it over the serial console, " +
    "seals, checks, compacts and publishes it to the practice account. Needs no account and no provider. Takes " +
    "some minutes.",
  positionals: [],
  options: { verbose: { type: "boolean", help: "Show the lines of the guest's console" } },
  examples: ["goldsmith demo", "goldsmith demo --verbose"],
  async run(context) {
    const session = await context.session();
    const startedMs = performance.now();
    const { jobId } = await session.client.call("practice.run", {}, context.signal);
    const over = new AbortController();
    if (flag(context, "verbose") && !context.json) void showConsole(context, session, jobId, over.signal);
    const job = await followJob(context, session, jobId).finally(() => over.abort());
    const result = DemoResultSchema.parse(job.result);
    if (context.json) context.printJson({ job, elapsedMs: Math.round(performance.now() - startedMs) });
    else printSummary(context, result.summary, performance.now() - startedMs);
    return exitCodes.ok;
  },
});

function printSummary(
  context: CommandContext,
  rows: { title: string; value: string }[],
  elapsedMs: number,
): void {
  const { out } = context;
  const width = Math.max(...rows.map(({ title }) => title.length), 5);
  out.line();
  out.line(green(bold("Done.")));
  for (const { title, value } of rows) out.line(`  ${title.padEnd(width)}  ${value}`);
  out.line(`  ${"Time".padEnd(width)}  ${formatDuration(elapsedMs)}`);
}

const fit = (line: string, columns: number): string => (columns === 0 ? line : cut(line, columns - 5));

/** The console of the machine that the job makes, once there is one, as dimmed lines. */
async function showConsole(
  context: CommandContext,
  session: Session,
  jobId: string,
  signal: AbortSignal,
): Promise<void> {
  const before = new Set(Object.keys(session.state.machines));
  try {
    for await (const _ of session.changes(signal)) {
      const machineId =
        session.state.jobs[jobId]?.subject.machineId ??
        Object.values(session.state.machines).find(({ id, power }) => !before.has(id) || power !== "off")?.id;
      if (machineId === undefined || (session.state.machines[machineId]?.power ?? "off") === "off") continue;
      const fromByte = before.has(machineId) ? (session.state.machines[machineId]?.transcriptBytes ?? 0) : 0;
      const lines = createTranscriptLines();
      for await (const chunk of session.client.bytes("console.read", { machineId, fromByte }, signal)) {
        for (const line of lines(chunk))
          context.err.line(dim(`  │ ${fit(visible(line), context.err.columns)}`));
      }
      return;
    }
  } catch {
    // The job tells what went wrong; its console is only watched.
  }
}

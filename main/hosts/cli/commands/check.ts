import { ProviderIdSchema, type Level, type ProviderId } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { toCheckDocument } from "#core/check/export/check-document.ts";
import { AppError } from "#core/lib/app-error.ts";
import product from "#package.json" with { type: "json" };
import { assertNoStdin, exitCodeOfUnread, findWanted, worstCode, type Wanted } from "../check-words.ts";
import { defineCommand, textOption, UsageError, type CommandContext, type Session } from "../command.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import {
  assertTargets,
  exportOptions,
  exportTargets,
  writeTarget,
  type ExportTarget,
} from "../export-target.ts";
import { printReport } from "../report-lines.ts";
import { showUnpacking } from "../show-unpacking.ts";
import type { Output } from "../terminal/output.ts";

/** From harmless to grave. `unknown` (could not be read far enough) is no reason to fail by default. */
const order: readonly Level[] = ["pass", "info", "warning", "unknown", "error"];

export const checkCommand = defineCommand({
  words: ["check"],
  summary: "Check whether images would work at the providers, without booting them",
  details:
    "A word that is a path is a file; otherwise it is the name of a machine (which must be off) or of an image. " +
    "file:, machine: and image: in front decide; -- goes before names that begin with a dash.\n" +
    "Exit code 0: nothing found from --fail-on's level up (what could not be told counts as a warning); " +
    "1: something found; 2: the command line is wrong; " +
    "3: a file could not be read; 130: cancelled. Over several files the highest counts.\n" +
    "--json prints {schemaVersion, files: [{path, format, verdicts, error?}]}; its schema is " +
    "resources/schemas/check.schema.json. Several documents can be written at once.",
  positionals: [{ name: "FILE|MACHINE|IMAGE", required: true, many: true }],
  options: {
    for: {
      type: "string",
      value: "LIST",
      help: `Providers, separated by commas (default: all): ${ProviderIdSchema.options.join(",")}`,
    },
    "fail-on": {
      type: "string",
      value: "error|warning",
      help: "From which level on the exit code is 1 (default error)",
    },
    ...exportOptions,
  },
  examples: [
    "goldsmith check disk.qcow2",
    "goldsmith check web --for digitalocean,oci",
    "goldsmith check *.qcow2 --json --fail-on warning",
    "goldsmith check disk.qcow2 --sarif disk.sarif --junit disk.xml",
    "goldsmith check disk.qcow2 --html - > disk.html",
  ],
  async run(context) {
    const providers = providerList(textOption(context, "for"));
    const failOn = failLevel(textOption(context, "fail-on") ?? "error");
    const targets = exportTargets(context);
    assertNoStdin(context.positionals);
    const session = await context.session();
    // Words are resolved before anything is read, so that a slip does not cost minutes.
    const wanted = context.positionals.map((word) => findWanted(session, word));
    await assertTargets(targets, wanted.flatMap(filePath));

    const quiet = context.json || targets.some(({ path }) => path === null);
    const reports: CheckReport[] = [];
    for (const [index, one] of wanted.entries()) {
      if (!quiet) context.err.status(`Reading ${context.positionals[index] ?? ""}`);
      const watched = quiet ? null : { err: context.err, word: context.positionals[index] ?? "" };
      const report = onlyFor(await readOne(session, one, context.signal, watched), providers);
      reports.push(report);
      if (!quiet) show(context, report, index);
    }
    if (context.json) context.printJson(toCheckDocument(reports));
    // The disk of a machine or an image of the library is known only now.
    await assertTargets(
      targets,
      reports.map(({ path }) => path),
    );
    if (targets.length > 0) await writeAll(context, targets, reports, failOn, quiet);
    return worstCode(reports.map((report) => exitCodeFor(report, order.indexOf(failOn))));
  },
});

async function writeAll(
  context: CommandContext,
  targets: readonly ExportTarget[],
  reports: readonly CheckReport[],
  failOn: "error" | "warning",
  quiet: boolean,
): Promise<void> {
  // Loaded when it is needed: all rules hang on it.
  const { exportReports } = await import("#core/check/export/export-reports.ts");
  for (const { format, path } of targets) {
    const { text } = exportReports(reports, format, { productVersion: product.version, failOn });
    if (path === null) await context.printRaw(text);
    else await writeTarget(path, text);
    if (path !== null && !quiet) context.err.line(`Wrote ${path}`);
  }
}

const filePath = (one: Wanted): string[] =>
  "report" in one ? [one.report.path] : one.subject.kind === "file" ? [one.subject.path] : [];

async function readOne(
  session: Session,
  one: Wanted,
  signal: AbortSignal,
  watched: { err: Output; word: string } | null,
): Promise<CheckReport> {
  if ("report" in one) return one.report;
  const { subject } = one;
  const report = session.client.call("check.run", { subject }, signal);
  if (watched?.err.isTerminal === true && subject.kind === "file") {
    void showUnpacking(session, `file:${subject.path}`, signal, watched.err, watched.word);
  }
  return report;
}

function show(context: CommandContext, report: CheckReport, index: number): void {
  context.err.status("");
  if (index > 0) context.out.line();
  printReport(report, context.out);
}

function providerList(text: string | undefined): ProviderId[] | null {
  if (text === undefined) return null;
  return text.split(",").map((word) => {
    const parsed = ProviderIdSchema.safeParse(word.trim());
    if (parsed.success) return parsed.data;
    throw new UsageError(`--for: ${word} is no provider. Known: ${ProviderIdSchema.options.join(", ")}`);
  });
}

function failLevel(text: string): "error" | "warning" {
  if (text === "error" || text === "warning") return text;
  throw new UsageError(`--fail-on ${text}: write error or warning`);
}

function onlyFor(report: CheckReport, providers: readonly ProviderId[] | null): CheckReport {
  if (providers === null || report.error !== null) return report;
  const missing = providers.find((provider) => report.verdicts[provider] === undefined);
  if (missing !== undefined) {
    throw new AppError("bad-input", `There are no rules for ${missing} yet`, {
      hint: `There are rules for: ${Object.keys(report.verdicts).join(", ")}`,
    });
  }
  const verdicts = Object.fromEntries(providers.map((provider) => [provider, report.verdicts[provider]]));
  return { ...report, verdicts };
}

function exitCodeFor(report: CheckReport, failFrom: number): ExitCode {
  if (report.error !== null) return exitCodeOfUnread(report.error);
  const levels = Object.values(report.verdicts).flatMap((verdict) =>
    verdict.findings.map(({ level }) => level),
  );
  return levels.some((level) => order.indexOf(level) >= failFrom) ? exitCodes.failure : exitCodes.ok;
}

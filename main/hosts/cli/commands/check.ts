import { ProviderIdSchema, type Level, type ProviderId } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, textOption, UsageError, type CommandContext } from "../command.ts";
import { exitCodeOf, exitCodes, type ExitCode } from "../exit-codes.ts";
import { findSubject } from "../find-subject.ts";
import { printReport } from "../report-lines.ts";

/** From harmless to grave. `unknown` (could not be read far enough) is no reason to fail by default. */
const order: readonly Level[] = ["pass", "info", "warning", "unknown", "error"];

export const checkCommand = defineCommand({
  words: ["check"],
  summary: "Check whether images would work at the providers, without booting them",
  details:
    "A word that is a path is a file; otherwise it is the name of a machine (which must be off) or of an image. " +
    "file:, machine: and image: in front decide. Exit code 1 when something is found, 3 when it cannot be read.",
  positionals: [{ name: "FILE|MACHINE|IMAGE", required: true, many: true }],
  options: {
    for: { type: "string", value: "LIST", help: "Providers, separated by commas (default: all)" },
    "fail-on": {
      type: "string",
      value: "error|warning",
      help: "From which level on the exit code is 1 (default error)",
    },
  },
  examples: [
    "goldsmith check disk.qcow2",
    "goldsmith check web --for digitalocean,oci",
    "goldsmith check *.qcow2 --json --fail-on warning",
  ],
  async run(context) {
    const providers = providerList(textOption(context, "for"));
    const failFrom = order.indexOf(failLevel(textOption(context, "fail-on") ?? "error"));
    const session = await context.session();
    // Words are resolved before anything is read, so that a slip does not cost minutes.
    const subjects = context.positionals.map((word) => findSubject(session, word));
    const reports: CheckReport[] = [];
    for (const [index, subject] of subjects.entries()) {
      if (!context.json) context.err.status(`Reading ${context.positionals[index] ?? ""}`);
      const whole = await session.client.call("check.run", { subject }, context.signal);
      const report = onlyFor(whole, providers);
      reports.push(report);
      if (!context.json) show(context, report, index);
    }
    if (context.json) context.printJson(reports);
    return worst(reports.map((report) => exitCodeFor(report, failFrom)));
  },
});

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

function failLevel(text: string): Level {
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

export function exitCodeFor(report: CheckReport, failFrom: number): ExitCode {
  if (report.error !== null) {
    // A file that is not there is unreadable input too.
    return report.error.code === "not-found" || report.error.code === "permission-denied"
      ? exitCodes.unreadable
      : exitCodeOf(report.error.code);
  }
  const levels = Object.values(report.verdicts).flatMap((verdict) =>
    verdict.findings.map(({ level }) => level),
  );
  return levels.some((level) => order.indexOf(level) >= failFrom) ? exitCodes.failure : exitCodes.ok;
}

const worst = (codes: readonly ExitCode[]): ExitCode =>
  codes.reduce<ExitCode>((most, code) => (code > most ? code : most), exitCodes.ok);

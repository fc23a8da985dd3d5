import type { Level } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { gravestFirst, mergeFindings, type MergedFinding } from "#core/lib/merge-findings.ts";
import { factGists } from "./fact-lines.ts";
import type { Output } from "./terminal/output.ts";
import { bold, dim, green, red, yellow, cyan, visible } from "./terminal/style.ts";
import { wrap } from "./terminal/table.ts";

const indent = "    ";
const levelWord: Record<Level, string> = {
  pass: green("pass"),
  info: cyan("info"),
  warning: yellow("warning"),
  unknown: yellow("unknown"),
  error: red("error"),
};
const levelSign: Record<Level, string> = {
  pass: green("✓"),
  info: cyan("i"),
  warning: yellow("!"),
  unknown: yellow("?"),
  error: red("✗"),
};

/** What the image is, then the verdict of every provider, then what was found, each thing once. */
export function printReport(report: CheckReport, out: Output): void {
  out.line(bold(report.path));
  if (report.error !== null) {
    out.line(`  ${red("cannot be read")}  ${report.error.message}`);
    out.line(`  ${report.error.hint}`);
    return;
  }
  if (report.facts !== null) for (const line of factGists(report.facts)) out.line(`  ${line}`);
  out.line();
  printVerdicts(report, out);
  // What passed is told by the verdict alone.
  for (const merged of mergeFindings(report.verdicts).filter(({ level }) => level !== "pass")) {
    out.line();
    printFinding(merged, out);
  }
}

/** One line per level with the providers that it holds for, the gravest first. */
function printVerdicts({ verdicts }: CheckReport, out: Output): void {
  for (const level of gravestFirst) {
    const providers = Object.entries(verdicts).flatMap(([id, verdict]) =>
      verdict.level === level ? [id] : [],
    );
    if (providers.length === 0) continue;
    out.line(
      `${levelSign[level]} ${levelWord[level]}${" ".repeat(9 - level.length)}${bold(providers.join(", "))}`,
    );
  }
}

function printFinding({ finding, level, holders }: MergedFinding, out: Output): void {
  const cells = Math.min(Math.max(out.columns === 0 ? 100 : out.columns, 60), 120) - indent.length;
  const paragraph = (text: string, style: (text: string) => string = (line) => line): void => {
    for (const line of wrap(visible(text), cells)) out.line(indent + style(line));
  };
  const where = finding.where === "" ? "" : `  ${dim(finding.where)}`;
  out.line(`${levelSign[level]} ${bold(finding.title)}${where}`);
  if (finding.consequence !== "") paragraph(finding.consequence);
  if (finding.fix !== null) paragraph(`Fix: ${finding.fix.text}`);
  paragraph(`Rule ${finding.id}, from`, dim);
  for (const { who, source } of bySource(holders, level)) {
    const url = source.url === null ? "" : ` ${source.url}`;
    for (const line of wrap(visible(`${who}: ${source.document}${url}`), cells - 2, "  ")) {
      out.line(`${indent}  ${dim(line)}`);
    }
  }
}

/** Providers that share a source share a line. */
function bySource(
  holders: MergedFinding["holders"],
  level: Level,
): { who: string; source: MergedFinding["holders"][number]["source"] }[] {
  const lines = new Map<string, { who: string; source: MergedFinding["holders"][number]["source"] }>();
  for (const { provider, level: own, source } of holders) {
    const name = `${provider}${own === level ? "" : ` (${own})`}`;
    const key = JSON.stringify(source);
    const known = lines.get(key);
    if (known === undefined) lines.set(key, { who: name, source });
    else known.who += `, ${name}`;
  }
  return [...lines.values()];
}

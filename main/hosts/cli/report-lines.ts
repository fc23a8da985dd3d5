import type { Finding, Level } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { factLines } from "./fact-lines.ts";
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

const gravestFirst: readonly Level[] = ["error", "unknown", "warning", "info", "pass"];

/** What the image is, then the verdict of every provider, then what was found, each thing once. */
export function printReport(report: CheckReport, out: Output): void {
  out.line(bold(report.path));
  if (report.error !== null) {
    out.line(`  ${red("cannot be read")}  ${report.error.message}`);
    out.line(`  ${report.error.hint}`);
    return;
  }
  if (report.facts !== null) for (const line of factLines(report.facts)) out.line(`  ${line}`);
  out.line();
  printVerdicts(report, out);
  for (const shared of sharedFindings(report)) {
    out.line();
    printFinding(shared, out);
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

interface SharedFinding {
  readonly finding: Finding;
  /** Level and source differ by provider; the rest is the same. */
  readonly holders: { provider: string; level: Level; source: Finding["source"] }[];
}

/** The same finding of several providers is shown once. What passed is told by the verdict alone. */
function sharedFindings({ verdicts }: CheckReport): SharedFinding[] {
  const shared = new Map<string, SharedFinding>();
  for (const [provider, verdict] of Object.entries(verdicts)) {
    for (const finding of verdict.findings.filter(({ level }) => level !== "pass")) {
      const { id, title, where, consequence, fix, level, source } = finding;
      const key = JSON.stringify([id, title, where, consequence, fix]);
      const entry = shared.get(key) ?? { finding, holders: [] };
      entry.holders.push({ provider, level, source });
      shared.set(key, entry);
    }
  }
  const gravity = (entry: SharedFinding): number => gravestFirst.indexOf(gravest(entry));
  return [...shared.values()].sort((a, b) => gravity(a) - gravity(b));
}

const gravest = ({ holders }: SharedFinding): Level =>
  gravestFirst.find((level) => holders.some((holder) => holder.level === level)) ?? "pass";

function printFinding(shared: SharedFinding, out: Output): void {
  const { finding, holders } = shared;
  const cells = Math.min(Math.max(out.columns === 0 ? 100 : out.columns, 60), 120) - indent.length;
  const paragraph = (text: string, style: (text: string) => string = (line) => line): void => {
    for (const line of wrap(visible(text), cells)) out.line(indent + style(line));
  };
  const level = gravest(shared);
  const where = finding.where === "" ? "" : `  ${dim(finding.where)}`;
  out.line(`${levelSign[level]} ${bold(finding.title)}${where}`);
  if (finding.consequence !== "") paragraph(finding.consequence);
  if (finding.fix !== null) paragraph(`Fix: ${finding.fix.text}`);
  paragraph(`Rule ${finding.id}, from`, dim);
  for (const { provider, level: own, source } of holders) {
    const softer = own === level ? "" : ` (${own})`;
    const url = source.url === null ? "" : ` ${source.url}`;
    for (const line of wrap(visible(`${provider}${softer}: ${source.document}${url}`), cells - 2, "  ")) {
      out.line(`${indent}  ${dim(line)}`);
    }
  }
}

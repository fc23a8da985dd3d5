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

/** What the image is, then each provider's verdict with the findings that are worth reading. */
export function printReport(report: CheckReport, out: Output): void {
  out.line(bold(report.path));
  if (report.error !== null) {
    out.line(`  ${red("cannot be read")}  ${report.error.message}`);
    out.line(`  ${report.error.hint}`);
    return;
  }
  if (report.facts !== null) for (const line of factLines(report.facts)) out.line(`  ${line}`);
  for (const group of groupAlike(report)) {
    out.line();
    out.line(`${levelSign[group.level]} ${bold(group.providers.join(", "))}  ${levelWord[group.level]}`);
    for (const finding of group.findings) printFinding(finding, out);
  }
}

interface Group {
  readonly level: Level;
  readonly providers: string[];
  readonly findings: readonly Finding[];
}

/** Providers with the very same findings are shown once; what passed is only counted by silence. */
function groupAlike({ verdicts }: CheckReport): Group[] {
  const groups = new Map<string, Group>();
  for (const [provider, verdict] of Object.entries(verdicts)) {
    const findings = verdict.findings.filter(({ level }) => level !== "pass");
    const key = JSON.stringify(findings);
    const group = groups.get(key) ?? { level: verdict.level, providers: [], findings };
    group.providers.push(provider);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function printFinding(finding: Finding, out: Output): void {
  const cells = Math.min(Math.max(out.columns === 0 ? 100 : out.columns, 60), 120) - indent.length;
  const paragraph = (text: string, style: (text: string) => string = (line) => line): void => {
    for (const line of wrap(visible(text), cells)) out.line(indent + style(line));
  };
  const where = finding.where === "" ? "" : `  ${dim(finding.where)}`;
  out.line(`  ${levelSign[finding.level]} ${finding.title}${where}`);
  if (finding.consequence !== "") paragraph(finding.consequence);
  if (finding.fix !== null) paragraph(`Fix: ${finding.fix.text}`);
  const { document, url } = finding.source;
  paragraph(`${finding.id}, from: ${document}${url === null ? "" : ` ${url}`}`, dim);
}

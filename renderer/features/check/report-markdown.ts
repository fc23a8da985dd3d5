import type { Finding, Level } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { fileName } from "#renderer/lib/file-name.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatDuration } from "#renderer/lib/format-duration.ts";
import { countLevel, levelsByWeight, providerIds, providerNames, verdictWords } from "./providers.ts";

const groupTitles: Record<Level, string> = {
  error: "Errors",
  unknown: "Unknown",
  warning: "Warnings",
  info: "Notes",
  pass: "Passed",
};

/** The report as GitHub-flavoured Markdown: verdict table, facts in a line each, findings that are not passes. */
export function reportMarkdown(report: CheckReport): string {
  const parts = [`# Check of ${inline(fileName(report.path))}`, ""];
  if (report.error !== null)
    parts.push(`**${inline(report.error.message)}** ${inline(report.error.hint)}`, "");
  if (report.facts !== null) parts.push(...factLines(report.facts), "");
  const judged = providerIds.filter((id) => report.verdicts[id] !== undefined);
  if (judged.length > 0) {
    parts.push(
      "| Provider | Verdict | Errors | Warnings | Notes | Passed |",
      "| --- | --- | --: | --: | --: | --: |",
    );
    for (const id of judged) {
      const verdict = report.verdicts[id];
      if (verdict === undefined) continue;
      const counts = (["error", "warning", "info", "pass"] as const).map((level) =>
        countLevel(verdict, level),
      );
      parts.push(`| ${providerNames[id]} | ${verdictWords[verdict.level]} | ${counts.join(" | ")} |`);
    }
    parts.push("");
  }
  for (const id of judged) {
    const findings = (report.verdicts[id]?.findings ?? []).filter((finding) => finding.level !== "pass");
    if (findings.length === 0) continue;
    parts.push(`## ${providerNames[id]}`, "");
    for (const level of levelsByWeight) {
      const group = findings.filter((finding) => finding.level === level);
      if (group.length > 0) parts.push(`### ${groupTitles[level]}`, "", ...group.flatMap(findingLines), "");
    }
  }
  return `${parts.join("\n").trimEnd()}\n`;
}

function factLines(facts: NonNullable<CheckReport["facts"]>): string[] {
  const list = facts.cloudInit?.datasourceList;
  const decidedBy = facts.cloudInit?.decidedBy;
  const where = decidedBy
    ? ` (${code(`${decidedBy.path}${decidedBy.line === null ? "" : `:${decidedBy.line}`}`)})`
    : "";
  return [
    `- Format: ${facts.format}, ${formatBytes(facts.fileBytes)} file, ${formatBytes(facts.virtualBytes)} disk`,
    ...(facts.os?.prettyName ? [`- System: ${inline(facts.os.prettyName)}`] : []),
    ...(facts.kernels[0] ? [`- Kernel: ${inline(facts.kernels[0].version)}`] : []),
    ...(facts.cloudInit ? [`- cloud-init: ${inline(facts.cloudInit.version ?? "version unknown")}`] : []),
    ...(list ? [`- Datasources: ${code(`[${list.join(", ")}]`)}${where}`] : []),
    `- Read in ${formatDuration(facts.elapsedMs)}`,
  ];
}

function findingLines(finding: Finding): string[] {
  const where = finding.where === "" ? "" : ` — ${code(finding.where)}`;
  const { document, url } = finding.source;
  const source = url === null ? inline(document) : `[${inline(document)}](${encodeURI(url)})`;
  return [
    `- **${inline(finding.title)}**${where}`,
    `  ${inline(finding.consequence)}`,
    ...(finding.fix === null ? [] : [`  Fix: ${inline(finding.fix.text)}`]),
    `  Source: ${source}`,
  ];
}

const code = (text: string): string => `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ")}\``;

/** Text out of an image is hostile: no line breaks, no markup. */
const inline = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`)
    .trim();

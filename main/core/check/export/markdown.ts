import type { CheckReport } from "#contract/report.ts";
import { factGroups } from "#core/lib/fact-groups/fact-groups.ts";
import { gravestFirst, mergeFindings, sourcesOf, type MergedFinding } from "#core/lib/merge-findings.ts";
import { baseName, harmless, safeLink } from "./harmless-text.ts";
import { countLevel, holderText, judged, levelTitles, verdictWords } from "./report-words.ts";

/** GitHub-flavoured Markdown: the verdicts as a table, the facts in a line each, every finding that did not pass once. */
export const toMarkdown = (reports: readonly CheckReport[]): string =>
  `${reports.map(oneReport).join("\n\n---\n\n")}\n`;

function oneReport(report: CheckReport): string {
  const parts = [`# Check of ${inline(baseName(report.path))}`, ""];
  if (report.error !== null)
    parts.push(`**${inline(report.error.message)}.** ${inline(report.error.hint)}`, "");
  const verdicts = judged(report);
  if (verdicts.length > 0) {
    parts.push(
      "| Provider | Verdict | Errors | Warnings | Unknown | Notes | Passed |",
      "| --- | --- | --: | --: | --: | --: | --: |",
    );
    for (const { name, verdict } of verdicts) {
      const counts = (["error", "warning", "unknown", "info", "pass"] as const).map((level) =>
        countLevel(verdict, level),
      );
      parts.push(`| ${name} | ${verdictWords[verdict.level]} | ${counts.join(" | ")} |`);
    }
    parts.push("");
  }
  if (report.facts !== null) {
    parts.push("## Facts", "");
    for (const { title, gist } of factGroups(report.facts)) parts.push(`- ${inline(title)}: ${inline(gist)}`);
    parts.push("");
  }
  const findings = mergeFindings(report.verdicts);
  for (const level of gravestFirst.filter((one) => one !== "pass")) {
    const group = findings.filter((one) => one.level === level);
    if (group.length > 0) parts.push(`## ${levelTitles[level]}`, "", ...group.flatMap(findingLines), "");
  }
  return parts.join("\n").trimEnd();
}

function findingLines(one: MergedFinding): string[] {
  const { finding } = one;
  const where = finding.where === "" ? "" : ` — ${code(finding.where)}`;
  return [
    `- **${inline(finding.title)}**${where}`,
    ...(finding.consequence === "" ? [] : [`  ${inline(finding.consequence)}`]),
    ...(finding.fix === null ? [] : [`  Fix: ${inline(finding.fix.text)}`]),
    `  At: ${holderText(one)}. Source: ${sourcesOf(one).map(sourceText).join("; ")}`,
  ];
}

function sourceText({ document, url }: MergedFinding["finding"]["source"]): string {
  const link = safeLink(url);
  return link === null
    ? inline(document)
    : `[${inline(document)}](<${link.replace(/[<>\s]/g, encodeURIComponent)}>)`;
}

const oneLine = (text: string): string => harmless(text).replaceAll(/\s+/g, " ").trim();

const code = (text: string): string => `\`${oneLine(text).replaceAll("`", "'")}\``;

/** Text out of an image is hostile: no line breaks, no markup, no addresses that turn into links or mentions. */
const inline = (text: string): string =>
  oneLine(text)
    .replaceAll(/[\\`*_[\]<>|#&~]/g, String.raw`\$&`)
    .replaceAll("@", "@\u2060")
    .replaceAll("://", String.raw`\://`)
    .replaceAll(/\bwww\./gi, (match) => `${match.slice(0, -1)}\\.`);

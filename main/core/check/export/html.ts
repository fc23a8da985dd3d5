import { createHash } from "node:crypto";
import type { Finding } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import type { FactGroup, FactRow, FactTable } from "#core/lib/fact-groups/fact-group.ts";
import { factGroups } from "#core/lib/fact-groups/fact-groups.ts";
import { gravestFirst, mergeFindings, sourcesOf, type MergedFinding } from "#core/lib/merge-findings.ts";
import { baseName, escapeMarkup, safeLink } from "./harmless-text.ts";
import { htmlStyle } from "./html-style.ts";
import { countLevel, holderText, judged, levelTitles, verdictWords } from "./report-words.ts";

const styleHash = createHash("sha256").update(htmlStyle).digest("base64");
/** Nothing runs, nothing is fetched, and only this very style counts. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** One self-contained page that can be mailed, kept and printed. */
export function toHtml(reports: readonly CheckReport[], productVersion: string): string {
  const names = reports.map(({ path }) => baseName(path));
  const title = names.length === 1 ? `Check of ${names[0]}` : `Check of ${names.length} images`;
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">`,
    '<meta name="viewport" content="width=device-width">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${htmlStyle}</style>`,
    "</head>",
    "<body>",
    ...reports.map(article),
    `<footer class="soft">Goldsmith ${escapeMarkup(productVersion)}. Read from the bytes; nothing was booted.</footer>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function article(report: CheckReport): string {
  const findings = mergeFindings(report.verdicts);
  const failure =
    report.error === null
      ? ""
      : `<div class="finding error"><p><strong>${escapeMarkup(report.error.message)}</strong></p><p>${escapeMarkup(report.error.hint)}</p></div>`;
  return [
    "<article>",
    `<h1>${escapeMarkup(baseName(report.path))}</h1>`,
    `<p class="soft"><code>${escapeMarkup(report.path)}</code>, checked ${escapeMarkup(moment(report.checkedAt))}</p>`,
    failure,
    verdictTable(report),
    ...gravestFirst.filter((level) => level !== "pass").map((level) => findingSection(level, findings)),
    report.facts === null
      ? ""
      : `<h2>Facts</h2>\n<div class="facts">${factGroups(report.facts).map(factSection).join("\n")}</div>`,
    passedTable(findings.filter(({ level }) => level === "pass")),
    "</article>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const columns = ["error", "warning", "unknown", "info", "pass"] as const;

function verdictTable(report: CheckReport): string {
  const rows = judged(report).map(({ name, verdict }) => {
    const counts = columns.map((level) => `<td class="count">${countLevel(verdict, level)}</td>`);
    return `<tr><th scope="row">${name}</th><td class="level ${verdict.level}">${verdictWords[verdict.level]}</td>${counts.join("")}</tr>`;
  });
  if (rows.length === 0) return "";
  const heads = columns.map(
    (level) => `<th class="count">${level === "unknown" ? "Unknown" : levelTitles[level]}</th>`,
  );
  return `<h2>Verdicts</h2>\n<table><thead><tr><th>Provider</th><th>Verdict</th>${heads.join("")}</tr></thead>\n<tbody>${rows.join("\n")}</tbody></table>`;
}

function findingSection(level: MergedFinding["level"], all: readonly MergedFinding[]): string {
  const findings = all.filter((one) => one.level === level);
  if (findings.length === 0) return "";
  return `<h2>${levelTitles[level]}</h2>\n${findings.map(findingBlock).join("\n")}`;
}

function findingBlock(one: MergedFinding): string {
  const { finding, level } = one;
  const where = finding.where === "" ? "" : ` <code>${escapeMarkup(finding.where)}</code>`;
  return [
    `<div class="finding ${level}">`,
    `<p><strong>${escapeMarkup(finding.title)}</strong>${where}</p>`,
    finding.consequence === "" ? "" : `<p>${escapeMarkup(finding.consequence)}</p>`,
    finding.fix === null ? "" : `<p><strong>Fix:</strong> ${escapeMarkup(finding.fix.text)}</p>`,
    `<p class="soft">${escapeMarkup(holderText(one))}. Rule ${escapeMarkup(finding.id)}, from ${sourcesOf(one).map(sourceLink).join("; ")}.</p>`,
    "</div>",
  ].join("");
}

function sourceLink(source: Finding["source"]): string {
  const link = safeLink(source.url);
  const text = escapeMarkup(source.document);
  return link === null ? text : `<a href="${escapeMarkup(link)}" rel="noreferrer noopener">${text}</a>`;
}

const factSection = ({ title, rows, tables }: FactGroup): string =>
  `<section><h3>${escapeMarkup(title)}</h3>${rows.length === 0 ? "" : `<dl>${rows.map(factRow).join("")}</dl>`}${tables.map(factTable).join("")}</section>`;

function factRow({ name, value, where, code }: FactRow): string {
  const text = code === true ? `<code>${escapeMarkup(value)}</code>` : escapeMarkup(value);
  const place = where === undefined ? "" : ` <code class="soft">${escapeMarkup(where)}</code>`;
  return name === ""
    ? `<dd class="wide">${text}${place}</dd>`
    : `<dt>${escapeMarkup(name)}</dt><dd>${text}${place}</dd>`;
}

function factTable({ head, rows }: FactTable): string {
  const heads = head.map((title) => `<th>${escapeMarkup(title)}</th>`).join("");
  const body = rows
    .map(({ cells }) => `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>`)
    .join("");
  return `<table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
}

function passedTable(passed: readonly MergedFinding[]): string {
  if (passed.length === 0) return "";
  const rows = passed.map(
    (one) =>
      `<tr><td>${escapeMarkup(one.finding.title)}</td><td class="soft">${escapeMarkup(holderText(one))}</td></tr>`,
  );
  return `<h2>${levelTitles.pass}</h2>\n<table><tbody>${rows.join("\n")}</tbody></table>`;
}

/** To the minute, in the one zone that every reader can tell. */
const moment = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

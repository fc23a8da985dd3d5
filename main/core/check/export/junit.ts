import type { Finding, Level } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { gravity } from "#core/lib/merge-findings.ts";
import { baseName, escapeMarkup } from "./harmless-text.ts";
import { judged } from "./report-words.ts";
import { ruleText } from "./rule-texts.ts";

/** From which level on a finding fails its test. */
export type FailOn = "error" | "warning";

interface TestCase {
  readonly xml: string;
  readonly outcome: "passed" | "failed" | "skipped" | "broken";
}

/**
 * JUnit XML as continuous integration reads it: a test suite for each file and provider, a test case for each
 * rule. An error fails, a warning only when asked for; what could not be told is skipped unless warnings fail.
 * A file that could not be read is a suite with one broken case.
 */
export function toJunit(reports: readonly CheckReport[], failOn: FailOn): string {
  const suites = reports.flatMap((report) =>
    report.error === null
      ? judged(report).map(({ id, name, verdict }) =>
          toSuite(
            report,
            `${baseName(report.path)} at ${name}`,
            byRule(verdict.findings).map((findings) => toCase(findings, `goldsmith.${id}`, failOn)),
          ),
        )
      : [toSuite(report, baseName(report.path), [brokenCase(report)])],
  );
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="goldsmith check"${counts(all)} time="${seconds(reports)}">`,
    ...suites.map(({ xml }) => xml),
    "</testsuites>",
    "",
  ].join("\n");
}

function toSuite(report: CheckReport, name: string, cases: TestCase[]): { cases: TestCase[]; xml: string } {
  const attributes = `${attribute("name", name)}${counts(cases)} time="0"${attribute("timestamp", report.checkedAt)}`;
  const property = `<property name="path"${attribute("value", report.path)}/>`;
  return {
    cases,
    xml: [
      `  <testsuite${attributes}>`,
      `    <properties>${property}</properties>`,
      ...cases.map(({ xml }) => `    ${xml}`),
      "  </testsuite>",
    ].join("\n"),
  };
}

function byRule(findings: readonly Finding[]): Finding[][] {
  const grouped = new Map<string, Finding[]>();
  for (const finding of findings) {
    const same = grouped.get(finding.id);
    if (same === undefined) grouped.set(finding.id, [finding]);
    else same.push(finding);
  }
  return [...grouped.values()];
}

function toCase(findings: readonly Finding[], suite: string, failOn: FailOn): TestCase {
  const worst = findings.toSorted((a, b) => gravity(a.level) - gravity(b.level))[0];
  if (worst === undefined) return { outcome: "passed", xml: "" };
  const outcome = outcomeOf(worst.level, failOn);
  const open = `<testcase${attribute("classname", suite)}${attribute("name", `${worst.id}: ${ruleText(worst).title}`)} time="0"`;
  const text = findings
    .filter(({ level }) => level !== "pass")
    .map(inWords)
    .join("\n\n");
  if (outcome === "passed") {
    return {
      outcome,
      xml: text === "" ? `${open}/>` : `${open}><system-out>${escapeMarkup(text)}</system-out></testcase>`,
    };
  }
  const message = attribute("message", worst.title);
  const body =
    outcome === "skipped"
      ? `<skipped${message}/>`
      : `<failure${message}${attribute("type", worst.level)}>${escapeMarkup(text)}</failure>`;
  return { outcome, xml: `${open}>${body}</testcase>` };
}

function outcomeOf(level: Level, failOn: FailOn): TestCase["outcome"] {
  if (level === "error") return "failed";
  if (level === "warning") return failOn === "warning" ? "failed" : "passed";
  if (level === "unknown") return failOn === "warning" ? "failed" : "skipped";
  return "passed";
}

const brokenCase = ({ path, error }: CheckReport): TestCase => ({
  outcome: "broken",
  xml:
    `<testcase classname="goldsmith"${attribute("name", `${baseName(path)} can be read`)} time="0">` +
    `<error${attribute("message", error?.message ?? "")}${attribute("type", error?.code ?? "internal")}>` +
    `${escapeMarkup(error?.hint ?? "")}</error></testcase>`,
});

const inWords = ({ level, title, where, consequence, fix, source }: Finding): string =>
  [
    `${level}: ${title}${where === "" ? "" : ` (${where})`}`,
    consequence,
    fix === null ? "" : `Fix: ${fix.text}`,
    `Rests on: ${source.document}${source.url === null ? "" : ` ${source.url}`}`,
  ]
    .filter((line) => line !== "")
    .join("\n");

function counts(cases: readonly TestCase[]): string {
  const count = (outcome: TestCase["outcome"]): number =>
    cases.filter((one) => one.outcome === outcome).length;
  return ` tests="${cases.length}" failures="${count("failed")}" errors="${count("broken")}" skipped="${count("skipped")}"`;
}

const seconds = (reports: readonly CheckReport[]): string =>
  (reports.reduce((sum, { facts }) => sum + (facts?.elapsedMs ?? 0), 0) / 1000).toFixed(3);

/** Line breaks in an attribute would be read as blanks; as references they stay. */
const attribute = (name: string, value: string): string =>
  ` ${name}="${escapeMarkup(value).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)}"`;

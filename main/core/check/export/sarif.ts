import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Finding, Level } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { topicOf } from "#core/lib/finding-topics.ts";
import { gravity, mergeFindings, type MergedFinding } from "#core/lib/merge-findings.ts";
import { harmless, safeLink } from "./harmless-text.ts";
import { holderText } from "./report-words.ts";
import { ruleText } from "./rule-texts.ts";

const schemaUri = "https://json.schemastore.org/sarif-2.1.0.json";

/** What could not be told has to be looked at by somebody, as a warning has. */
const sarifLevels = {
  error: "error",
  unknown: "warning",
  warning: "warning",
  info: "note",
  pass: "note",
} as const satisfies Record<Level, string>;

/**
 * SARIF 2.1.0 (OASIS), one run over all files. A result is a finding with the providers it holds for; what
 * passed is no result. The image is the artifact, the path inside it a logical location. A file that could
 * not be read is a notification of the run.
 */
export function toSarif(reports: readonly CheckReport[], productVersion: string): object {
  const merged = reports.map((report) => ({ report, findings: mergeFindings(report.verdicts) }));
  const rules = usedRules(merged.flatMap(({ findings }) => findings));
  const failures = reports.flatMap((report) => (report.error === null ? [] : [report]));
  return {
    $schema: schemaUri,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: { name: "Goldsmith", semanticVersion: productVersion, rules: rules.map(toRule) },
        },
        columnKind: "utf16CodeUnits",
        artifacts: reports.map((report) => ({
          location: { uri: fileUri(report.path) },
          roles: ["analysisTarget"],
          ...(report.facts === null ? {} : { length: report.facts.fileBytes }),
        })),
        invocations: [
          {
            executionSuccessful: failures.length === 0,
            toolExecutionNotifications: failures.map(toNotification),
          },
        ],
        results: merged.flatMap(({ report, findings }, artifact) =>
          findings
            .filter(({ level }) => level !== "pass")
            .map((one) =>
              toResult(
                report,
                artifact,
                one,
                rules.findIndex(({ finding }) => finding.id === one.finding.id),
              ),
            ),
        ),
      },
    ],
  };
}

/** One entry a rule, with the gravest of its findings. */
function usedRules(findings: readonly MergedFinding[]): MergedFinding[] {
  const byId = new Map<string, MergedFinding>();
  for (const one of findings) {
    const known = byId.get(one.finding.id);
    if (known === undefined || gravity(one.level) < gravity(known.level)) byId.set(one.finding.id, one);
  }
  return [...byId.values()].sort((a, b) => (a.finding.id < b.finding.id ? -1 : 1));
}

function toRule({ finding, level }: MergedFinding): object {
  const { title, consequence, fix } = ruleText(finding);
  const fixText = fix === null ? "" : `Fix: ${fix.text}`;
  const help = [consequence, fixText, `Rests on: ${sourceText(finding)}`].filter((text) => text !== "");
  const link = safeLink(finding.source.url);
  return {
    id: finding.id,
    shortDescription: { text: harmless(title) },
    ...(consequence === "" ? {} : { fullDescription: { text: harmless(consequence) } }),
    help: { text: harmless(help.join("\n\n")) },
    ...(link === null ? {} : { helpUri: link }),
    defaultConfiguration: { level: sarifLevels[level] },
    properties: { tags: [topicOf(finding.id)] },
  };
}

function toResult(report: CheckReport, artifact: number, one: MergedFinding, rule: number): object {
  const { finding, level, holders } = one;
  const fix = finding.fix === null ? "" : `Fix: ${finding.fix.text}`;
  const text = [`${finding.title}.`, finding.consequence, fix, `Concerns ${holderText(one)}.`]
    .filter((part) => part !== "")
    .join(" ");
  return {
    ruleId: finding.id,
    ruleIndex: rule,
    level: sarifLevels[level],
    message: { text: harmless(text) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: fileUri(report.path), index: artifact } },
        ...(finding.where === ""
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: harmless(finding.where), kind: "resource" }] }),
      },
    ],
    partialFingerprints: { "goldsmithFinding/v1": fingerprint(finding) },
    properties: { providers: holders.map(({ provider }) => provider), source: finding.source.document },
  };
}

const toNotification = ({ path, error }: CheckReport): object => ({
  level: "error",
  message: { text: harmless(`${error?.message ?? ""}. ${error?.hint ?? ""}`) },
  descriptor: { id: error?.code ?? "internal" },
  locations: [{ physicalLocation: { artifactLocation: { uri: fileUri(path) } } }],
});

const sourceText = ({ source }: Finding): string =>
  source.url === null ? source.document : `${source.document}, ${source.url}`;

/** The same finding in a rebuilt image, wherever that lies, is the same. */
const fingerprint = ({ id, where, title }: Finding): string =>
  createHash("sha256")
    .update(JSON.stringify([id, where, title]))
    .digest("hex")
    .slice(0, 32);

const fileUri = (path: string): string => pathToFileURL(path.toWellFormed()).href;

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DOMParser } from "@xmldom/xmldom";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import { describe, expect, it } from "vitest";
import type { ExportFormat } from "#contract/published.ts";
import type { CheckReport } from "#contract/report.ts";
import { exportReports } from "./export-reports.ts";
import { hostileReport, judgedReport, unreadableReport } from "./testing/example-reports.ts";

const addFormats = addFormatsModule.default;
const all = (): CheckReport[] => [judgedReport(), hostileReport(), unreadableReport()];
const write = (format: ExportFormat, reports = all(), failOn?: "error" | "warning"): string =>
  exportReports(reports, format, {
    productVersion: "1.2.3",
    ...(failOn === undefined ? {} : { failOn }),
  }).text;

const schemaAt = (path: URL | string): object => JSON.parse(readFileSync(path, "utf8")) as object;

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800]/;

describe("JSON", () => {
  const validate = new Ajv2020({ allErrors: true }).compile(
    schemaAt(new URL("../../../../resources/schemas/check.schema.json", import.meta.url)),
  );
  it("fits the published schema", () => {
    expect(validate(JSON.parse(write("json"))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ schemaVersion: 1, files: [{ path: "/x" }] })).toBe(false);
  });
  it("has exactly the promised members", () => {
    const [judged, , broken] = (JSON.parse(write("json")) as { files: Record<string, unknown>[] }).files;
    expect(Object.keys(judged ?? {})).toEqual(["path", "format", "verdicts"]);
    expect(broken).toEqual({
      path: "/images/broken.qcow2",
      format: null,
      verdicts: {},
      error: {
        code: "image-refused",
        message: "/images/broken.qcow2 names a backing file",
        hint: "Flatten it.",
      },
    });
    const verdicts = judged?.["verdicts"] as Record<string, { findings: Record<string, unknown>[] }>;
    expect(Object.keys(verdicts)).toEqual(["digitalocean", "contabo", "fybe", "oci", "hypervisor-io", "kvm"]);
    const findings = verdicts["kvm"]?.findings ?? [];
    const bad = findings.find(({ id }) => id === "identity.machine-id");
    expect(Object.keys(bad ?? {}).sort()).toEqual(
      ["consequence", "fix", "id", "level", "source", "title", "where"].sort(),
    );
    expect(findings.find(({ level }) => level === "pass")).not.toHaveProperty("fix");
  });
});

describe("SARIF", () => {
  it("fits the official schema", () => {
    const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
    addFormats(ajv);
    const path = createRequire(import.meta.url).resolve(
      "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
    );
    // It calls itself draft 4, of which it uses nothing that draft 7 reads differently.
    const { id: _draft4Id, ...schema } = schemaAt(path) as { id?: string };
    const validate = ajv.compile({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" });
    expect(validate(JSON.parse(write("sarif"))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ version: "2.1.0", runs: [{}] })).toBe(false);
  });
  it("has rules with help, results with places, and says what could not be read", () => {
    type Log = {
      runs: {
        tool: { driver: { rules: { id: string; help: { text: string } }[] } };
        results: { ruleId: string; ruleIndex: number; level: string; message: { text: string } }[];
        invocations: { executionSuccessful: boolean; toolExecutionNotifications: unknown[] }[];
      }[];
    };
    const [run] = (JSON.parse(write("sarif")) as Log).runs;
    const result = run?.results.find(({ ruleId }) => ruleId === "identity.machine-id");
    expect(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id).toBe("identity.machine-id");
    expect(result?.message.text).toContain("DigitalOcean");
    expect(run?.results.every(({ level }) => ["error", "warning", "note"].includes(level))).toBe(true);
    expect(run?.invocations[0]).toMatchObject({ executionSuccessful: false });
    expect(run?.invocations[0]?.toolExecutionNotifications).toHaveLength(1);
    expect(write("sarif")).not.toMatch(control);
    expect(write("sarif")).not.toContain('"javascript:');
  });
});

describe("JUnit", () => {
  const parse = (xml: string) => {
    const problems: string[] = [];
    const errorHandler = (_level: string, message: unknown): void => void problems.push(String(message));
    const document = new DOMParser({ errorHandler }).parseFromString(xml, "application/xml");
    return { document, problems };
  };
  it("is well-formed, with a suite for each file and provider", () => {
    const xml = write("junit");
    expect(xml).not.toMatch(control);
    const { document, problems } = parse(xml);
    expect(problems).toEqual([]);
    const suites = Array.from(document.getElementsByTagName("testsuite"));
    expect(suites.map((suite) => suite.getAttribute("name")).slice(0, 2)).toEqual([
      "debian 12.qcow2 at DigitalOcean",
      "debian 12.qcow2 at Contabo",
    ]);
    expect(suites).toHaveLength(6 + 2 + 1);
    for (const suite of suites) {
      const cases = Array.from(suite.getElementsByTagName("testcase"));
      expect(suite.getAttribute("tests")).toBe(String(cases.length));
      expect(suite.getAttribute("failures")).toBe(String(suite.getElementsByTagName("failure").length));
      const names = cases.map((one) => one.getAttribute("name"));
      expect(new Set(names).size).toBe(names.length);
    }
    expect(document.getElementsByTagName("error")).toHaveLength(1);
  });
  it("fails a warning only when asked to", () => {
    const report = judgedReport();
    const verdict = report.verdicts.kvm;
    const warning = verdict?.findings.find(({ id }) => id === "identity.machine-id");
    if (warning === undefined) throw new Error("fixture");
    const only = [
      {
        ...report,
        verdicts: {
          kvm: { level: "warning" as const, findings: [{ ...warning, level: "warning" as const }] },
        },
      },
    ];
    expect(write("junit", only)).toContain('failures="0"');
    expect(write("junit", only, "warning")).toContain('failures="1"');
  });
});

describe("HTML", () => {
  const html = write("html");
  it("runs nothing, fetches nothing and shows hostile text as text", () => {
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|javascript:[^x]|<img|<link|<iframe|url\(|@import| on\w+=/i);
    expect(html).not.toMatch(control);
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, url]) => url?.startsWith("https://"))).toBe(true);
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/,
    );
  });
  it("tells verdicts, findings, facts and what could not be read", () => {
    for (const text of ["DigitalOcean", "names a backing file", "cloud-init", "Passed", "Works"]) {
      expect(html).toContain(text);
    }
  });
});

describe("Markdown", () => {
  it("tells each finding once, with the providers it holds for", () => {
    const text = write("markdown", [judgedReport()]);
    expect(text).toMatch(/^# Check of debian 12\.qcow2\n\n\| Provider \| Verdict/);
    expect(text.match(/ — `\/etc\/machine-id`/g)).toHaveLength(1);
    expect(text).toMatch(/ {2}At: DigitalOcean, Contabo.*Source: \[/);
  });
  it("does not let text of the image become markup", () => {
    const whole = write("markdown", [hostileReport()]);
    expect(whole).not.toMatch(control);
    // Inside a code span nothing is markup.
    const text = whole.replace(/(?<!\\)`[^`\n]*`/g, "");
    expect(text).not.toMatch(/(^|[^\\])<script/);
    expect(text).not.toContain("\n# head");
    expect(text).not.toMatch(/(?<!\\)\]\(javascript:/);
    expect(text).not.toMatch(/@all|https:\/\/evil/);
  });
});

describe("names", () => {
  it("fit every file system", () => {
    const name = (path: string) =>
      exportReports([judgedReport(path)], "sarif", { productVersion: "1" }).suggestedName;
    expect(name("/x/debian 12.qcow2")).toBe("debian-12-check.sarif");
    expect(name("/x/../..")).toBe("image-check.sarif");
    expect(name(`/x/${"a".repeat(300)}.img`).length).toBeLessThan(100);
    expect(exportReports(all(), "html", { productVersion: "1" }).suggestedName).toBe("goldsmith-check.html");
  });
});

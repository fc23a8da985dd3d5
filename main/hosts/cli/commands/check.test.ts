import { describe, expect, it } from "vitest";
import type { Finding, Level } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { runFake } from "../cli-harness.ts";

const finding = (level: Level, title = `A ${level}`): Finding => ({
  id: `rule.${level}`,
  level,
  title,
  where: "/etc/cloud/cloud.cfg:12",
  source: { document: "Provider guide", url: "https://example.org/guide" },
  consequence: "The instance would not be reachable.",
  fix: { text: "Set the datasource.", repairId: null },
});

const report = (path: string, levels: readonly Level[]): CheckReport => ({
  key: `file:${path}`,
  subject: { kind: "file", path },
  path,
  checkedAt: "2026-01-10T12:00:00.000Z",
  facts: null,
  verdicts: {
    digitalocean: { level: levels[0] ?? "pass", findings: levels.map((level) => finding(level)) },
    contabo: { level: "pass", findings: [finding("pass")] },
    fybe: { level: "pass", findings: [finding("pass")] },
  },
  error: null,
});
const failed = (path: string, code: "image-refused" | "not-found" | "tool-missing"): CheckReport => ({
  ...report(path, []),
  verdicts: {},
  error: new AppError(code, "It cannot be read").toWire(),
});

const check = (reports: Record<string, CheckReport>, ...options: string[]) =>
  runFake(["check", ...Object.keys(reports), ...options], {
    calls: {
      "check.run": ({ subject }: { subject: { path: string } }) => reports[subject.path],
    },
  });

describe("check", () => {
  it.each([
    [["pass"], [], 0],
    [["warning"], [], 0],
    [["warning"], ["--fail-on", "warning"], 1],
    [["unknown"], [], 0],
    [["error"], [], 1],
    [["error"], ["--for", "contabo"], 0],
    [["error"], ["--for", "contabo,digitalocean"], 1],
  ] as [Level[], string[], number][])("with %j and %j ends with %d", async (levels, options, code) => {
    expect((await check({ "/a.img": report("/a.img", levels) }, ...options)).code).toBe(code);
  });

  it("ends with the gravest of several, and 3 when one cannot be read", async () => {
    const run = await check({
      "/a.img": report("/a.img", ["error"]),
      "/b.img": failed("/b.img", "image-refused"),
      "/c.img": report("/c.img", ["pass"]),
    });
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("/c.img");
    expect((await check({ "/a.img": failed("/a.img", "not-found") })).code).toBe(3);
    expect((await check({ "/a.img": failed("/a.img", "tool-missing") })).code).toBe(1);
  });

  it("shows what, where, why, the fix and the source; what passed only by name", async () => {
    const { stdout } = await check({ "/a.img": report("/a.img", ["error"]) });
    for (const text of [
      "A error",
      "/etc/cloud/cloud.cfg:12",
      "not be reachable",
      "Fix: Set",
      "Provider guide",
    ]) {
      expect(stdout).toContain(text);
    }
    expect(stdout).toMatch(/✓ pass +contabo, fybe\n/);
    expect(stdout).toMatch(/✗ error +digitalocean\n/);
    expect(stdout).not.toContain("A pass");
  });

  it("shows once what several providers find, with the source of each", async () => {
    const both = report("/a.img", ["error"]);
    const softer = { ...finding("error"), level: "warning" as const };
    both.verdicts.contabo = {
      level: "warning",
      findings: [{ ...softer, source: { document: "FAQ", url: null } }],
    };
    const { stdout } = await check({ "/a.img": both });
    expect(stdout.split("A error").length - 1).toBe(1);
    expect(stdout).toContain("digitalocean: Provider guide https://example.org/guide");
    expect(stdout).toContain("contabo (warning): FAQ");
  });

  it("prints the reports as one JSON document", async () => {
    const run = await check({ "/a.img": report("/a.img", ["error"]) }, "--json", "--for", "digitalocean");
    expect(run).toMatchObject({ code: 1, stderr: "" });
    const [only] = JSON.parse(run.stdout) as CheckReport[];
    expect(Object.keys(only?.verdicts ?? {})).toEqual(["digitalocean"]);
  });

  it("refuses unknown providers and levels before it reads anything", async () => {
    expect((await runFake(["check", "/a", "--for", "azure"])).code).toBe(2);
    expect((await runFake(["check", "/a", "--fail-on", "info"])).code).toBe(2);
  });
});

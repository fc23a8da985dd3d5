import { link, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const obeyed = /[\u001b\u202e]/;

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

  it("prints one JSON document as it is published", async () => {
    const run = await check(
      { "/a.img": report("/a.img", ["error", "pass"]), "/b.img": failed("/b.img", "not-found") },
      "--json",
      "--for",
      "digitalocean",
    );
    expect(run).toMatchObject({ code: 3, stderr: "" });
    const source = { document: "Provider guide", url: "https://example.org/guide" };
    const shared = {
      where: "/etc/cloud/cloud.cfg:12",
      source,
      consequence: "The instance would not be reachable.",
    };
    const fix = { text: "Set the datasource.", repairId: null };
    expect(JSON.parse(run.stdout)).toEqual({
      schemaVersion: 1,
      files: [
        {
          path: "/a.img",
          format: null,
          verdicts: {
            digitalocean: {
              level: "error",
              findings: [
                { id: "rule.error", level: "error", title: "A error", ...shared, fix },
                { id: "rule.pass", level: "pass", title: "A pass", ...shared, fix },
              ],
            },
          },
        },
        {
          path: "/b.img",
          format: null,
          verdicts: {},
          error: { code: "not-found", message: "It cannot be read", hint: "Check the name or the path." },
        },
      ],
    });
  });

  it("goes on with the others when a word names nothing", async () => {
    const run = await runFake(["check", "nowhere.img", "/a.img", "--json"], {
      calls: { "check.run": () => report("/a.img", ["pass"]) },
    });
    expect(run.code).toBe(3);
    const { files } = JSON.parse(run.stdout) as { files: { error?: { code: string } }[] };
    expect(files.map(({ error }) => error?.code ?? "read")).toEqual(["not-found", "read"]);
  });

  it("prints names that would act on a terminal harmlessly", async () => {
    const path = "/a\u001b[2J\n\u202ex.img";
    const run = await check({ [path]: report(path, ["error"]) });
    expect(run.stdout).toContain("/a\\x1b[2J\\n\\u202ex.img");
    expect(run.stdout).not.toMatch(obeyed);
    const json = await check({ [path]: report(path, ["error"]) }, "--json");
    expect(json.stdout).not.toMatch(obeyed);
    expect(JSON.parse(json.stdout)).toMatchObject({ files: [{ path }] });
  });

  it("takes names behind -- as they are", async () => {
    const run = await runFake(["check", "--", "--json"], {});
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("There is no file, machine or image named --json");
    expect((await runFake(["check", "-"])).code).toBe(2);
  });

  it("refuses unknown providers and levels before it reads anything", async () => {
    expect((await runFake(["check", "/a", "--for", "azure"])).code).toBe(2);
    expect((await runFake(["check", "/a", "--fail-on", "info"])).code).toBe(2);
  });
});

describe("exports of check", () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs-export-"));
    await writeFile(at("disk.img"), Buffer.alloc(512));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const run = (...options: string[]) =>
    check({ [at("disk.img")]: report(at("disk.img"), ["error"]) }, ...options);

  it("writes each kind, replaces its own, and leaves nothing else behind", async () => {
    const words = ["sarif", "junit", "html", "markdown"].flatMap((kind) => [`--${kind}`, at(`out.${kind}`)]);
    for (let round = 0; round < 2; round += 1) {
      const { code, stdout, stderr } = await run(...words);
      expect({ code, shown: stdout.includes("A error") }).toEqual({ code: 1, shown: true });
      expect(stderr).toContain(`Wrote ${at("out.sarif")}`);
    }
    expect(JSON.parse(await readFile(at("out.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(await readFile(at("out.junit"), "utf8")).toContain("<testsuites");
    expect(await readFile(at("out.html"), "utf8")).toContain("<!doctype html>");
    expect(await readFile(at("out.markdown"), "utf8")).toContain("# Check of disk.img");
    expect((await readdir(folder)).sort()).toEqual(
      ["disk.img", "out.html", "out.junit", "out.markdown", "out.sarif"].sort(),
    );
  });

  it("sends one document to standard output and nothing else", async () => {
    const { stdout, stderr } = await run("--sarif", "-");
    expect(JSON.parse(stdout)).toMatchObject({ version: "2.1.0" });
    expect(stderr).toBe("");
    expect((await run("--sarif", "-", "--json")).code).toBe(2);
    expect((await run("--sarif", "-", "--html", "-")).code).toBe(2);
  });

  it("never writes over an image or over what is no report", async () => {
    await link(at("disk.img"), at("hard.html"));
    await symlink(at("disk.img"), at("soft.html"));
    await writeFile(at("other.qcow2"), "QFI\u00fb");
    for (const name of ["disk.img", "hard.html", "soft.html", "other.qcow2"]) {
      const before = await readFile(at(name));
      expect((await run("--html", at(name))).code).toBe(2);
      expect(await readFile(at(name))).toEqual(before);
    }
    expect((await run("--html", folder)).code).toBe(2);
    expect((await run("--html", at("no/such/folder.html"))).code).toBe(2);
    expect((await run("--html", at("same"), "--sarif", at("same"))).code).toBe(2);
  });
});

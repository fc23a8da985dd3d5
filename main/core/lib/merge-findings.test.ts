import { expect, it } from "vitest";
import type { Finding, Level } from "#contract/finding.ts";
import { mergeFindings } from "./merge-findings.ts";

const finding = (id: string, level: Level, document = "Guide"): Finding => ({
  id,
  level,
  title: id,
  where: "",
  source: { document, url: null },
  consequence: "",
  fix: null,
});

it("shows once what several providers find, the gravest first, each with its own level and source", () => {
  const merged = mergeFindings({
    kvm: { level: "pass", findings: [finding("a", "warning", "Manual"), finding("b", "pass")] },
    digitalocean: { level: "error", findings: [finding("b", "pass"), finding("a", "error")] },
  });
  expect(merged.map(({ finding: { id }, level }) => [id, level])).toEqual([
    ["a", "error"],
    ["b", "pass"],
  ]);
  expect(merged[0]?.holders).toEqual([
    { provider: "digitalocean", level: "error", source: { document: "Guide", url: null } },
    { provider: "kvm", level: "warning", source: { document: "Manual", url: null } },
  ]);
});

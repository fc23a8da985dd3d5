import { describe, expect, it } from "vitest";
import type { Finding, Level } from "#contract/finding.ts";
import { afterConversion } from "./after-conversion.ts";

const finding = (id: string, level: Level): Finding => ({
  id,
  level,
  title: id,
  where: "",
  source: { document: "d", url: null },
  consequence: "c",
  fix: null,
});
const archive = finding("format.archive", "error");
const clusters = finding("format.compression", "warning");
const accepted = finding("format.accepted", "pass");
const root = finding("root.ext", "warning");

describe("afterConversion", () => {
  it("leaves a verdict on a file that goes as it is alone", () => {
    const verdict = { level: "error" as const, findings: [archive, root] };
    expect(afterConversion(verdict, null)).toEqual({ verdict, settled: [] });
  });

  it.each(["qcow2-zlib", "raw-gzip"] as const)("takes out what %s settles, and keeps the rest", (convert) => {
    const verdict = { level: "error" as const, findings: [archive, clusters, root, accepted] };
    expect(afterConversion(verdict, convert)).toEqual({
      verdict: { level: "warning", findings: [root, accepted] },
      settled: [archive, clusters],
    });
    expect(afterConversion({ level: "error", findings: [archive] }, convert).verdict.level).toBe("pass");
  });
});

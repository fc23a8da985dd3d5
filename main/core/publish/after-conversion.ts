import { LevelSchema, type Level, type Verdict } from "#contract/finding.ts";
import type { Conversion } from "./prepare/conversion.ts";

/** Rules on the file as it lies there, not on the disk in it: what is uploaded instead is of a format that is taken. */
const settledRules = ["format.accepted", "format.archive", "format.compression"];

/** A verdict on what is uploaded: without what is settled by the conversion, which is told apart. */
export function afterConversion(
  verdict: Verdict,
  convert: Conversion,
): { verdict: Verdict; settled: Verdict["findings"] } {
  if (convert === null) return { verdict, settled: [] };
  const isSettled = ({ id, level }: Verdict["findings"][number]): boolean =>
    settledRules.includes(id) && (level === "error" || level === "warning");
  const findings = verdict.findings.filter((finding) => !isSettled(finding));
  return {
    verdict: { ...verdict, findings, level: worstOf(findings) },
    settled: verdict.findings.filter(isSettled),
  };
}

/** The schema lists the levels from the best to the worst. */
function worstOf(findings: Verdict["findings"]): Level {
  const ranks = findings.map(({ level }) => LevelSchema.options.indexOf(level));
  return LevelSchema.options[Math.max(0, ...ranks)] ?? "pass";
}

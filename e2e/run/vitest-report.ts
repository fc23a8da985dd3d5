import { z } from "zod";
import type { Tally } from "./tally.ts";

/** The part of vitest's JSON report (reporter `json`, shaped as Jest's) that is counted. */
const VitestReportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** Counts tests; a file that failed as a whole (it could not be loaded, a hook threw) counts as one failure. */
export function readVitestReport(json: unknown): Tally {
  const { testResults } = VitestReportSchema.parse(json);
  let [passed, failed, skipped] = [0, 0, 0];
  for (const { status, assertionResults } of testResults) {
    const failedTests = assertionResults.filter((test) => test.status === "failed").length;
    const passedTests = assertionResults.filter((test) => test.status === "passed").length;
    passed += passedTests;
    failed += status === "failed" ? Math.max(1, failedTests) : failedTests;
    skipped += assertionResults.length - passedTests - failedTests;
  }
  return { passed, failed, skipped, skippedBecause: [] };
}

import { z } from "zod";
import type { Tally } from "./tally.ts";

const TestSchema = z.object({
  projectName: z.string(),
  status: z.enum(["expected", "unexpected", "flaky", "skipped"]),
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
});
const SuiteSchema = z.object({
  specs: z.array(z.object({ title: z.string(), tests: z.array(TestSchema) })),
  get suites() {
    return z.array(SuiteSchema).optional();
  },
});
/** The part of Playwright's JSON report that is counted. `errors`: what went wrong outside of any test. */
const PlaywrightReportSchema = z.object({
  suites: z.array(SuiteSchema),
  errors: z.array(z.object({ message: z.string().optional() })),
});
type Suite = z.infer<typeof SuiteSchema>;

/** A flaky test has failed at least once, so it counts as failed. */
export function readPlaywrightReport(json: unknown): Tally {
  const { suites, errors } = PlaywrightReportSchema.parse(json);
  let [passed, failed, skipped] = [0, errors.length, 0];
  const skippedBecause: string[] = [];
  for (const { title, tests } of suites.flatMap(specsOf)) {
    for (const { projectName, status, annotations } of tests) {
      if (status === "expected") passed += 1;
      else if (status === "skipped") {
        skipped += 1;
        const why = annotations.find(({ type }) => type === "skip")?.description ?? "";
        if (why !== "") skippedBecause.push(`${projectName}: ${title}: ${why}`);
      } else failed += 1;
    }
  }
  return { passed, failed, skipped, skippedBecause };
}

const specsOf = (suite: Suite): Suite["specs"] => [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];

import { describe, expect, it } from "vitest";
import { readPlaywrightReport } from "./playwright-report.ts";
import { emptyTally, judgeRunner, plainLine, sumTallies } from "./tally.ts";
import { readVitestReport } from "./vitest-report.ts";

const tally = (passed: number, failed: number, skipped: number) => ({
  ...emptyTally,
  passed,
  failed,
  skipped,
});

describe("plain line", () => {
  it("tells the sum over all runners", () => {
    expect(plainLine(sumTallies([tally(10, 0, 0), tally(2, 1, 0)]))).toBe("12 passed, 1 failed");
  });

  it("names skipped tests only where there are any", () => {
    expect(plainLine(sumTallies([tally(1, 0, 2), tally(3, 0, 1)]))).toBe("4 passed, 0 failed, 3 skipped");
  });
});

describe("judging a runner", () => {
  const green = { name: "Unit tests", exitCode: 0, report: tally(5, 0, 1) };

  it("takes a green report as it is", () => {
    expect(judgeRunner(green)).toEqual({ tally: tally(5, 0, 1), complaint: null });
  });

  it("does not count a failure twice that the exit code tells as well", () => {
    expect(judgeRunner({ ...green, exitCode: 1, report: tally(5, 2, 0) })).toEqual({
      tally: tally(5, 2, 0),
      complaint: null,
    });
  });

  it.each([
    [
      "no report",
      { ...green, report: null },
      tally(0, 1, 0),
      "Unit tests left no result; it ended with exit code 0",
    ],
    [
      "a bad end after green tests",
      { ...green, exitCode: 1 },
      tally(5, 1, 1),
      "although no test of it failed",
    ],
    ["a signal", { ...green, exitCode: null }, tally(5, 1, 1), "was ended by a signal"],
    ["no test at all", { ...green, report: tally(0, 0, 0) }, tally(0, 1, 0), "ran no test"],
  ])("counts %s as a failure", (_what, end, counted, words) => {
    const judged = judgeRunner(end);
    expect(judged.tally).toEqual(counted);
    expect(judged.complaint).toContain(words);
  });
});

describe("vitest's report", () => {
  it("counts tests, and a file that could not be loaded as one failure", () => {
    const file = (status: string, ...tests: string[]) => ({
      name: "a.test.ts",
      status,
      assertionResults: tests.map((testStatus) => ({ status: testStatus })),
    });
    expect(
      readVitestReport({
        testResults: [
          file("passed", "passed", "passed", "skipped", "pending", "todo"),
          file("failed", "passed", "failed", "failed"),
          file("failed"),
          file("failed", "skipped"),
        ],
      }),
    ).toEqual(tally(3, 4, 4));
  });

  it("refuses what is no report", () => {
    expect(() => readVitestReport({ success: true })).toThrow();
  });
});

describe("Playwright's report", () => {
  const spec = (title: string, status: string, annotations: object[] = []) => ({
    title,
    tests: [{ projectName: "browser", status, annotations }],
  });

  it("counts nested specs, flaky ones and errors outside of tests as failed", () => {
    const report = {
      errors: [{ message: "a spec file cannot be loaded" }],
      suites: [
        {
          specs: [spec("one", "expected"), spec("two", "flaky")],
          suites: [{ specs: [spec("three", "unexpected"), spec("four", "expected")] }],
        },
      ],
    };
    expect(readPlaywrightReport(report)).toEqual(tally(2, 3, 0));
  });

  it("keeps the reasons of skipped tests", () => {
    const why = [{ type: "skip", description: "Electron's program is missing" }];
    expect(
      readPlaywrightReport({
        errors: [],
        suites: [{ specs: [spec("the real Electron", "skipped", why), spec("did not run", "skipped")] }],
      }),
    ).toEqual({
      ...tally(0, 0, 2),
      skippedBecause: ["browser: the real Electron: Electron's program is missing"],
    });
  });
});

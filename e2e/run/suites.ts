import { join } from "node:path";
import { readPlaywrightReport } from "./playwright-report.ts";
import type { Tally } from "./tally.ts";
import { readVitestReport } from "./vitest-report.ts";

export const suiteNames = ["unit", "integration", "e2e"] as const;
export type SuiteName = (typeof suiteNames)[number];

export interface Suite {
  readonly name: SuiteName;
  readonly title: string;
  /** After the Node program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly reportPath: string;
  readonly readReport: (json: unknown) => Tally;
  /** A suite that has not ended by then hangs. */
  readonly limitMs: number;
}

const minuteMs = 60_000;

/** Fast to slow, so that what is cheap to know is known first. `reports` is a folder for the JSON reports. */
export function suites(root: string, reports: string): readonly Suite[] {
  const vitest = (name: "unit" | "integration", title: string, limitMs: number): Suite => ({
    name,
    title,
    args: [
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--config",
      ".config/vitest.config.ts",
      "--project",
      name,
      "--reporter",
      "default",
      "--reporter",
      "json",
      `--outputFile.json=${join(reports, `${name}.json`)}`,
    ],
    env: {},
    reportPath: join(reports, `${name}.json`),
    readReport: readVitestReport,
    limitMs,
  });
  const playwrightReport = join(reports, "e2e.json");
  return [
    vitest("unit", "Unit tests", 6 * minuteMs),
    vitest("integration", "Integration tests (real QEMU, images and servers)", 25 * minuteMs),
    {
      name: "e2e",
      title: "The window, in every host (Playwright)",
      args: [
        join(root, "node_modules", "@playwright", "test", "cli.js"),
        "test",
        "--config",
        "e2e/playwright.config.ts",
        "--reporter",
        "list,./e2e/hosts/host-reporter.ts,json",
      ],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport },
      reportPath: playwrightReport,
      readReport: readPlaywrightReport,
      limitMs: 20 * minuteMs,
    },
  ];
}

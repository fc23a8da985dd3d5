import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";
import { electronBinary } from "./electron-host.ts";

/** Says at the end which hosts the specs ran on, and loudly when the real Electron was not among them. */
// oxlint-disable-next-line import/no-default-export -- Playwright loads reporters by their default export
export default class HostReporter implements Reporter {
  readonly #passed = new Map<string, number>();

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== "passed") return;
    const project = test.parent.project()?.name ?? "";
    this.#passed.set(project, (this.#passed.get(project) ?? 0) + 1);
  }

  onEnd(): void {
    for (const [project, count] of this.#passed) console.log(`Host ${project}: ${count} passed`);
    const binary = electronBinary();
    if ("path" in binary) return;
    console.log(`\n*** The real Electron was NOT tested: ${binary.why}. ***`);
    console.log("*** The desktop app ran through the harness (e2e/harness) instead. ***");
  }

  printsToStdio(): boolean {
    return false;
  }
}

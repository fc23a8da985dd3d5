/** What one runner did. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that were skipped for a reason that a person should read. */
  readonly skippedBecause: readonly string[];
}

/** How a runner ended: its report if there is one, its exit code (null: a signal ended it). */
export interface RunnerEnd {
  readonly name: string;
  readonly exitCode: number | null;
  readonly report: Tally | null;
}

export const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0, skippedBecause: [] };

export interface Judged {
  readonly tally: Tally;
  /** Why a failure was counted that no test reported; null when there is nothing to say. */
  readonly complaint: string | null;
}

/**
 * A runner that left no report, ran nothing at all, or ended badly although its report names no failure (a crash, a
 * file that could not be loaded) counts as one failure: silence must never look green.
 */
export function judgeRunner({ name, exitCode, report }: RunnerEnd): Judged {
  const ending = exitCode === null ? "was ended by a signal" : `ended with exit code ${exitCode}`;
  if (report === null) return failedOnce(emptyTally, `${name} left no result; it ${ending}`);
  if (report.failed > 0) return { tally: report, complaint: null };
  if (exitCode !== 0) return failedOnce(report, `${name} ${ending} although no test of it failed`);
  if (report.passed + report.skipped === 0) return failedOnce(report, `${name} ran no test`);
  return { tally: report, complaint: null };
}

const failedOnce = (tally: Tally, complaint: string): Judged => ({
  tally: { ...tally, failed: tally.failed + 1 },
  complaint,
});

export function sumTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, tally) => ({
      passed: sum.passed + tally.passed,
      failed: sum.failed + tally.failed,
      skipped: sum.skipped + tally.skipped,
      skippedBecause: [...sum.skippedBecause, ...tally.skippedBecause],
    }),
    emptyTally,
  );
}

/** The last line of `npm test`, for people and for machines. */
export function plainLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "#core/lib/app-error.ts";
import { ensureBuild } from "#hosts/node/ensure-build.ts";
import { runLive } from "./run/run-live.ts";
import { suiteNames, suites, type Suite, type SuiteName } from "./run/suites.ts";
import { emptyTally, judgeRunner, plainLine, sumTallies, type Judged, type Tally } from "./run/tally.ts";

/**
 * `npm test`: what the system lacks is installed (after asking, or at once where CI=true), the product is built, and
 * every suite runs, fast to slow. The last line is the sum over all of them; the exit code is 0 only when all is well.
 */
const root = join(import.meta.dirname, "..");

// Ctrl-C reaches the runner as well, which ends; the sum is still told.
process.on("SIGINT", () => {});

const say = (line: string): void => console.log(line);

const wanted = wantedSuites();
if (wanted === null) {
  console.error(`usage: npm test -- [--only ${suiteNames.join("|")}]`);
  process.exitCode = 2;
} else {
  const results = await runAll(wanted);
  for (const { complaint } of results) if (complaint !== null) say(`*** ${complaint}. ***`);
  const total = sumTallies(results.map(({ tally }) => tally));
  for (const reason of total.skippedBecause) say(`*** Skipped: ${reason}. ***`);
  say(plainLine(total));
  process.exitCode = total.failed === 0 ? 0 : 1;
}

function wantedSuites(): readonly SuiteName[] | null {
  try {
    const { only } = parseArgs({ options: { only: { type: "string", multiple: true } } }).values;
    const names = suiteNames.filter((name) => only === undefined || only.includes(name));
    return names.length === (only === undefined ? suiteNames.length : new Set(only).size) ? names : null;
  } catch {
    return null;
  }
}

async function runAll(names: readonly SuiteName[]): Promise<Judged[]> {
  const reports = await mkdtemp(join(tmpdir(), "goldsmith-reports-"));
  try {
    const results: Judged[] = [];
    // Unit tests need Node alone.
    if (names.some((name) => name !== "unit")) results.push(await setUp());
    try {
      await ensureBuild(root, say);
    } catch (error) {
      const { message, hint, details } = AppError.from(error);
      say(typeof details["stderr"] === "string" ? details["stderr"] : hint);
      return [...results, { tally: { ...emptyTally, failed: 1 }, complaint: message }];
    }
    for (const suite of suites(root, reports)) {
      if (names.includes(suite.name)) results.push(await runSuite(suite));
    }
    return results;
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

/** Goes on without what could not be installed, but never silently: tests that need it may skip themselves. */
async function setUp(): Promise<Judged> {
  const args = [
    "main/hosts/cli/main.ts",
    "setup",
    "--tests",
    ...(process.env["CI"] === "true" ? ["--yes"] : []),
  ];
  const exitCode = await runLive(args, { cwd: root, stdin: "inherit", limitMs: 15 * 60_000 });
  if (exitCode === 0) return { tally: emptyTally, complaint: null };
  return {
    tally: { ...emptyTally, failed: 1 },
    complaint: "The system lacks programs that the tests need; see the set-up's words above",
  };
}

async function runSuite(suite: Suite): Promise<Judged> {
  say(`\n=== ${suite.title} ===`);
  const startedMs = performance.now();
  const exitCode = await runLive(suite.args, {
    cwd: root,
    env: suite.env,
    stdin: "ignore",
    limitMs: suite.limitMs,
  });
  const judged = judgeRunner({ name: suite.title, exitCode, report: await readReport(suite) });
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  say(`=== ${suite.title}: ${plainLine(judged.tally)} in ${seconds} s ===`);
  return judged;
}

async function readReport(suite: Suite): Promise<Tally | null> {
  try {
    return suite.readReport(JSON.parse(await readFile(suite.reportPath, "utf8")));
  } catch {
    return null;
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { judge } from "#core/check/judge.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { profiles } from "#providers/profiles.ts";
import { nodeProcesses } from "#system/node-processes.ts";

/**
 * `node bench/inspect-worker.ts FILE RUNS`: inspects and judges one image in a process of its own, so that its
 * memory and its event loop are this image's alone. Prints one line of JSON (`InspectFigures`).
 */
export interface InspectFigures {
  readonly firstMs: number;
  readonly fastestMs: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  /** Of the median run, all threads. */
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  readonly longestBlockMs: number;
}

const [path = "", runsText = "15"] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
const ports = { processes: nodeProcesses, directories };

async function inspectAndJudge(): Promise<{ elapsedMs: number; cpuMs: number }> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const facts = await inspectImage(path, { ports });
  for (const profile of Object.values(profiles)) judge(facts, profile);
  const { user, system } = process.cpuUsage(before);
  return { elapsedMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
}

try {
  const first = await inspectAndJudge();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const warm = [];
  for (let run = 0; run < Number(runsText); run++) warm.push(await inspectAndJudge());
  delay.disable();
  const sorted = warm.toSorted((a, b) => a.elapsedMs - b.elapsedMs);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? first;
  const figures: InspectFigures = {
    firstMs: first.elapsedMs,
    fastestMs: sorted[0]?.elapsedMs ?? first.elapsedMs,
    medianMs: middle.elapsedMs,
    slowestMs: sorted.at(-1)?.elapsedMs ?? first.elapsedMs,
    cpuMs: middle.cpuMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    longestBlockMs: delay.max / 1e6,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

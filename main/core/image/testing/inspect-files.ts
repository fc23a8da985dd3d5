import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Processes } from "#ports/processes.ts";
import { AppError } from "#core/lib/app-error.ts";
import { inspectImage } from "#core/image/inspect-image.ts";

/**
 * A program for tests: `inspect-files.ts PROCESSES FOLDER FILE…` prints a line of JSON for each: format or error, the longest
 * time that nothing else could run, and the most memory that the process has had so far. PROCESSES is the module that
 * implements the port: the core does not know it.
 */
const [processesPath = "", folder = "", ...paths] = process.argv.slice(2);
const { nodeProcesses } = (await import(processesPath)) as { nodeProcesses: Processes };
const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
for (const path of paths) {
  let line: Record<string, unknown>;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  try {
    const { format, archive, os } = await inspectImage(path, {
      ports: { processes: nodeProcesses, directories },
    });
    line = { path, format, archive, os: os?.id ?? null };
  } catch (error) {
    const { code, message } = AppError.from(error);
    line = { path, code, message };
  }
  delay.disable();
  const cost = { longestBlockMs: delay.max / 1e6, maxRssMiB: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(`${JSON.stringify({ ...line, ...cost })}\n`);
}

import { writeSync } from "node:fs";
import type { JobDefinition } from "#core/job/job-context.ts";
import type { Processes } from "#ports/processes.ts";
import { accountId, imageId, publishParts } from "./publish-harness.ts";

/**
 * For tests: publishes in a process of its own, so that it can be killed. Configuration comes as JSON in
 * CRASH_CONFIG.
 */
const config = JSON.parse(process.env["CRASH_CONFIG"] ?? "{}") as Omit<
  Parameters<typeof publishParts>[0],
  "processes"
> & { resume: boolean; processesModule: string };

// The core does not know the system's side of its ports; the test names it.
const { nodeProcesses } = (await import(config.processesModule)) as { nodeProcesses: Processes };
const { jobs, definition, store } = publishParts({ ...config, processes: nodeProcesses });
if (config.resume) await jobs.load([definition as unknown as JobDefinition], { resume: true });
const id = config.resume
  ? Object.keys(store.state.jobs)[0]
  : await jobs.start(definition, { imageId, accountId });
const view = id === undefined ? null : await jobs.waitFor(id);
writeSync(1, JSON.stringify({ view }));

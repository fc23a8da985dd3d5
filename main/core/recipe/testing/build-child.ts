import { writeSync } from "node:fs";
import { LineLog } from "#core/library/line-log.ts";
import type { Processes } from "#ports/processes.ts";
import { buildParts } from "./build-parts.ts";

/**
 * For tests: builds in a process of its own that kills itself the moment a journal record is on the disk.
 * Configuration comes as JSON in BUILD_CONFIG; `input: null` goes on with what an earlier process began.
 */
const config = JSON.parse(process.env["BUILD_CONFIG"] ?? "{}") as {
  folder: string;
  killAtRecord: number | null;
  input: never;
  processesModule: string;
};

// oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
const append = LineLog.prototype.append;
let records = 0;
LineLog.prototype.append = async function (this: LineLog<unknown>, record: unknown) {
  await append.call(this, record);
  records += 1;
  if (records === config.killAtRecord) process.kill(process.pid, "SIGKILL");
};

// The core does not know the system's side of its ports; the test names it.
const { nodeProcesses } = (await import(config.processesModule)) as { nodeProcesses: Processes };
const { jobs, build, definitions, store } = buildParts(config.folder, nodeProcesses);
const isFirst = config.input !== null;
if (!isFirst) await jobs.load(definitions, { resume: true });
const id = isFirst
  ? await jobs.start(build, config.input)
  : Object.values(store.state.jobs).find(({ kind }) => kind === "build")?.id;
const view = id === undefined ? null : await jobs.waitFor(id);
writeSync(1, JSON.stringify({ view, records }));
await jobs.close();

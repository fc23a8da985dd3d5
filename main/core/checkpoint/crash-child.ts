import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { writeSync } from "node:fs";
import { createCaptureJob } from "#core/capture/capture-job.ts";
import { createCompactJob } from "#core/compact/compact-job.ts";
import type { JobDefinition } from "#core/job/job-context.ts";
import { createJobs } from "#core/job/runner.ts";
import { createImages } from "#core/library/images.ts";
import { LineLog } from "#core/library/line-log.ts";
import { createMachines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createCheckpointJob } from "./checkpoint-job.ts";

/**
 * For tests: one job in a process of its own, so that it can be killed. Configuration comes as JSON in CRASH_CONFIG;
 * the process kills itself the moment the `killAt`th thing is done: a journal record on disk, or a file of a machine
 * moved, linked or removed.
 */
const config = JSON.parse(process.env["CRASH_CONFIG"] ?? "{}") as {
  home: string;
  portsModule: string;
  counted: "journal" | "files";
  killAt: number | null;
  kind: "checkpoint" | "capture" | "compact";
  input: never;
};

let events = 0;
function happened(): void {
  events++;
  if (events === config.killAt) process.kill(process.pid, "SIGKILL");
}

if (config.counted === "journal") {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const append = LineLog.prototype.append;
  LineLog.prototype.append = async function (this: LineLog<unknown>, record: unknown) {
    await append.call(this, record);
    happened();
  };
} else {
  const moves = fs as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  for (const name of ["rename", "link", "rm", "copyFile"]) {
    const move = moves[name]?.bind(fs);
    moves[name] = async (...given) => {
      const answer = await move?.(...given);
      // most that is removed was not there; a layer's files were
      const matters = name === "rm" ? "/layer-" : "/machines/";
      if (given.some((path) => String(path).includes(matters))) happened();
      return answer;
    };
  }
  syncBuiltinESMExports();
}

// The core does not know the system's side of its ports; the test names it.
const { createNodePorts } = (await import(config.portsModule)) as {
  createNodePorts: (options: { home: string }) => Promise<Ports>;
};
const ports = await createNodePorts({ home: config.home });
const store = new StateStore();
const images = createImages({ ports, store });
const machines = createMachines({
  ports,
  store,
  accelerator: () => Promise.resolve("tcg"),
  firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
});
await images.load();
await machines.load();
events = 0; // what is done to open the machines is the same for all
const jobs = createJobs({ ports, store });
const definitions = {
  checkpoint: createCheckpointJob({ machines }),
  capture: createCaptureJob({ ports, images, machines }),
  compact: createCompactJob({ ports, images, machines }),
};
const definition = definitions[config.kind] as unknown as JobDefinition;
const view = await jobs.waitFor(await jobs.start(definition, config.input));
await machines.close();
writeSync(1, JSON.stringify({ status: view.status, error: view.error, events }));

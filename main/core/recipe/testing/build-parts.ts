import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PublishResultSchema, PublishStartSchema } from "#contract/publish.ts";
import { SubjectSchema, type CheckReport } from "#contract/report.ts";
import { defineJob, type JobDefinition } from "#core/job/job-context.ts";
import { createJobs } from "#core/job/runner.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports, Secrets } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import { createBuildJob } from "../build-job.ts";
import { fakeMachines } from "./fake-machines.ts";
import { fileSecrets } from "./file-secrets.ts";

/** The build job over machines without QEMU; `compacted` lists how often an image was made. */
export function buildParts(
  folder: string,
  processes: Processes,
  report: () => CheckReport = () => {
    throw new Error("not part of this test");
  },
) {
  const store = new StateStore();
  const secrets: Secrets = fileSecrets(join(folder, "secrets.json"));
  const ports = {
    processes,
    secrets,
    clock: {
      nowIso: () => new Date().toISOString(),
      nowMs: () => performance.now(),
      sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    },
    directories: { data: folder, cache: folder, runtime: folder, resources: folder },
    desktop: { trash: async () => false },
    log: { info() {}, warn() {} },
  } as unknown as Ports;
  const machines = fakeMachines(folder);
  const jobs = createJobs({ ports, store });
  const compact = defineJob({
    kind: "compact",
    input: z.object({ subject: SubjectSchema, name: z.string().optional() }),
    output: z.object({ imageId: z.string() }),
    steps: [{ name: "convert", title: "" }],
    afterCrash: "resume",
    title: () => "Compact",
    subject: () => ({}),
    run: (context) =>
      context.step("convert", z.object({ imageId: z.string() }), async () => {
        appendFileSync(join(folder, "compacted"), `${machines.read()?.now.disk.join("")}\n`);
        return { imageId: "i1" };
      }),
  });
  const build = createBuildJob({
    ports,
    machines,
    jobs,
    compact,
    publish: defineJob({
      kind: "publish",
      input: PublishStartSchema,
      output: PublishResultSchema,
      steps: [],
      afterCrash: "ask",
      title: () => "Publish",
      subject: () => ({}),
      run: () => Promise.reject(new Error("not part of these tests")),
    }),
    isos: { provide: async (iso) => (typeof iso === "string" ? iso : null) },
    check: () => Promise.resolve(report()),
    findAccount: () => "a1",
    guest: { publicKey: async () => "ssh-ed25519 AAAA key", forgetMachine: async () => {} } as never,
  });
  const definitions = [compact, build] as unknown as JobDefinition[];
  return { store, jobs, machines, build, definitions, secrets };
}

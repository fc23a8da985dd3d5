import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCaptureJob } from "#core/capture/capture-job.ts";
import { createCompactJob } from "#core/compact/compact-job.ts";
import type { JobDefinition } from "#core/job/job-context.ts";
import { createJobs } from "#core/job/runner.ts";
import { createImages } from "#core/library/images.ts";
import { newCheckpoint, openMachineWorld, type MachineWorld } from "#core/machine/testing/machine-world.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createCheckpointJob } from "./checkpoint-job.ts";

/**
 * The app is killed (SIGKILL) at every record of a job's journal and after every move of a machine's files; another
 * one starts and finds the state before or after, and finishes the job exactly once.
 */

interface Scenario {
  readonly kind: "checkpoint" | "capture" | "compact";
  /** Makes the machine's state and answers the job's input. */
  readonly prepare: (world: MachineWorld, id: string) => Promise<object>;
  readonly verify: (world: MachineWorld, id: string, where: string) => Promise<void>;
  readonly counted: readonly ("journal" | "files")[];
}

async function runChild(
  home: string,
  scenario: Scenario,
  kill: { counted: "journal" | "files"; killAt: number },
  input: object,
): Promise<boolean> {
  const portsModule = createRequire(import.meta.url).resolve("#system/node-ports.ts");
  const config = { home, portsModule, ...kill, kind: scenario.kind, input };
  const child = spawn(process.execPath, [new URL("crash-child.ts", import.meta.url).pathname], {
    env: { ...process.env, CRASH_CONFIG: JSON.stringify(config) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  const killed = await new Promise<boolean>((resolve) => {
    child.once("close", (_, signal) => resolve(signal === "SIGKILL"));
  });
  if (!killed) expect(JSON.parse(text)).toMatchObject({ status: "succeeded", error: null });
  return killed;
}

/** What the next start of the app does: machines, then jobs. */
async function resume(here: MachineWorld, where: string): Promise<void> {
  const machines = await here.open();
  const { ports, store } = here;
  const images = createImages({ ports, store });
  await images.load();
  const jobs = createJobs({ ports, store });
  const definitions = [
    createCheckpointJob({ machines }),
    createCaptureJob({ ports, images, machines }),
    createCompactJob({ ports, images, machines }),
  ] as unknown as JobDefinition[];
  await jobs.load(definitions, { resume: true });
  const [jobId, ...more] = Object.keys(store.state.jobs);
  expect(more, where).toEqual([]);
  if (jobId === undefined) return;
  expect(await jobs.waitFor(jobId), where).toMatchObject({ status: "succeeded", error: null });
  await jobs.close();
}

/** Programs that work on anything in this folder. */
async function processesOf(home: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines
    .filter((line) => line.replaceAll(",,", ",").includes(home))
    .map((line) => line.split("\0")[0] ?? "");
}

/** Kills at one point, each in a world of its own; answers false beyond the last one. */
async function point(scenario: Scenario, counted: "journal" | "files", killAt: number): Promise<boolean> {
  const where = `killed at ${counted} ${killAt}`;
  const world = await openMachineWorld(createNodePorts);
  try {
    const id = await world.blank();
    const input = await scenario.prepare(world, id);
    await world.machines.close();
    const killed = await runChild(world.home, scenario, { counted, killAt }, { machineId: id, ...input });
    if (killed) await resume(world, where);
    else await world.open();
    await scenario.verify(world, id, where);
    for (const name of await readdir(world.inFolder(id, "."))) {
      expect(name, where).not.toMatch(/partial|next|\.tmp$/);
    }
    await world.machines.forceOff(id);
    await world.checked(id);
    expect(await processesOf(world.home), where).toEqual([]);
    return killed;
  } finally {
    await world.close();
  }
}

const atOnce = [0, 1, 2];

async function matrix(scenario: Scenario): Promise<number> {
  let points = 0;
  for (const counted of scenario.counted) {
    for (let killAt = 1; ; killAt += atOnce.length) {
      const killed = await Promise.all(atOnce.map((more) => point(scenario, counted, killAt + more)));
      points += killed.filter(Boolean).length;
      if (killed.includes(false)) break;
    }
  }
  return points;
}

const both = ["journal", "files"] as const;
const holds = (here: MachineWorld, id: string, atMiB: number, byte: number): Promise<boolean> =>
  here.holds(here.machines.diskPath(id), atMiB, byte);

/** A disk with a 1 under one checkpoint and a 2 above it. */
async function oneCheckpoint(here: MachineWorld, id: string): Promise<string> {
  await here.write(id, 0, 1);
  const { id: checkpointId } = await here.machines.createCheckpoint(id, newCheckpoint({ name: "first" }));
  await here.write(id, 0, 2);
  return checkpointId;
}

const create = { op: "create", name: "new", note: "", withMemory: false };

describe("an app that is killed", { timeout: 400_000 }, () => {
  it("while it makes a checkpoint of a machine that is off has made one", async () => {
    const points = await matrix({
      kind: "checkpoint",
      counted: both,
      prepare: async (here, id) => {
        await oneCheckpoint(here, id);
        return create;
      },
      verify: async (here, id, where) => {
        const view = here.machines.view(id);
        expect(
          view.checkpoints.map(({ name }) => name),
          where,
        ).toEqual(["first", "new"]);
        expect(view.currentCheckpointId, where).toBe(view.checkpoints[1]?.id);
        expect(await holds(here, id, 0, 2), where).toBe(true);
      },
    });
    expect(points).toBeGreaterThan(9);
  });

  it("while it makes one of a machine that runs, with memory, has made one, and the guest runs", async () => {
    const points = await matrix({
      kind: "checkpoint",
      counted: ["files"],
      prepare: async (here, id) => {
        await here.write(id, 0, 2);
        await here.machines.start(id);
        return { ...create, withMemory: true };
      },
      verify: async (here, id, where) => {
        const view = here.machines.view(id);
        expect(
          view.checkpoints.map(({ name, withMemory }) => [name, withMemory]),
          where,
        ).toEqual([["new", true]]);
        expect(await here.qmp(id, "query-status"), where).toMatchObject({ running: true });
        await here.write(id, 1, 3);
        await here.machines.forceOff(id);
        expect([await holds(here, id, 0, 2), await holds(here, id, 1, 3)], where).toEqual([true, true]);
        const layer = here.inFolder(id, `layer-${view.checkpoints[0]?.id}.qcow2`);
        expect(await here.holds(layer, 1, 0), where).toBe(true);
      },
    });
    expect(points).toBeGreaterThan(5);
  });

  it("while it suspends a machine has suspended it, and the next start goes on", async () => {
    const points = await matrix({
      kind: "checkpoint",
      counted: ["files"],
      prepare: async (here, id) => {
        await here.write(id, 0, 2);
        await here.machines.start(id);
        return { op: "suspend" };
      },
      verify: async (here, id, where) => {
        await here.machines.waitForPower(id, "off", { timeoutMs: 10_000 });
        expect(here.machines.view(id), where).toMatchObject({ suspended: true, lastError: null });
        await here.machines.start(id);
        expect(here.machines.view(id).argv, where).toContain("defer");
        expect(await here.qmp(id, "query-status"), where).toMatchObject({ running: true });
        await here.machines.forceOff(id);
        expect(await holds(here, id, 0, 2), where).toBe(true);
      },
    });
    expect(points).toBeGreaterThan(3);
  });

  it("while it returns to a checkpoint has returned to it", async () => {
    const points = await matrix({
      kind: "checkpoint",
      counted: both,
      prepare: async (here, id) => ({ op: "restore", checkpointId: await oneCheckpoint(here, id) }),
      verify: async (here, id, where) => {
        expect(here.machines.view(id).checkpoints, where).toHaveLength(1);
        expect(await holds(here, id, 0, 1), where).toBe(true);
      },
    });
    expect(points).toBeGreaterThan(8);
  });

  it("while it deletes a checkpoint has deleted it, and its data is where it was", async () => {
    const points = await matrix({
      kind: "checkpoint",
      counted: both,
      prepare: async (here, id) => {
        const checkpointId = await oneCheckpoint(here, id);
        await here.machines.createCheckpoint(id, newCheckpoint({ name: "second" }));
        await here.write(id, 1, 3);
        return { op: "delete", checkpointId };
      },
      verify: async (here, id, where) => {
        expect(
          here.machines.view(id).checkpoints.map(({ name }) => name),
          where,
        ).toEqual(["second"]);
        expect([await holds(here, id, 0, 2), await holds(here, id, 1, 3)], where).toEqual([true, true]);
        expect(await here.checked(id), where).toHaveLength(2);
      },
    });
    expect(points).toBeGreaterThan(10);
  });

  it("while it captures a disk has one image of it, and the guest runs", async () => {
    const points = await matrix({
      kind: "capture",
      counted: ["journal"],
      prepare: async (here, id) => {
        await here.write(id, 0, 7);
        await here.machines.start(id);
        return { name: "captured" };
      },
      verify: async (here, id, where) => {
        expect(await here.qmp(id, "query-status"), where).toMatchObject({ running: true });
        expect(await here.qmp(id, "query-jobs"), where).toEqual([]);
        await expectOneImage(here, 7, where);
      },
    });
    expect(points).toBeGreaterThan(10);
  });

  it("while it compacts a disk has one image of it", async () => {
    const points = await matrix({
      kind: "compact",
      counted: ["journal"],
      prepare: async (here, id) => {
        await here.write(id, 0, 7);
        return { subject: { kind: "machine", machineId: id } };
      },
      verify: async (here, _, where) => await expectOneImage(here, 7, where),
    });
    expect(points).toBeGreaterThan(8);
  });
});

async function expectOneImage(here: MachineWorld, byte: number, where: string): Promise<void> {
  const folder = join(here.home, "data", "images");
  const [imageId, ...more] = await readdir(folder);
  expect(more, where).toEqual([]);
  const files = await readdir(join(folder, imageId ?? ""));
  expect(files.toSorted(), where).toEqual(["disk.qcow2", "image.json"]);
  const path = join(folder, imageId ?? "", "disk.qcow2");
  await here.ports.processes.run(["qemu-img", "check", "-f", "qcow2", path]);
  expect(await here.holds(path, 0, byte), where).toBe(true);
  for (const job of await readdir(join(here.home, "data", "jobs"))) {
    expect(await readdir(join(here.home, "data", "jobs", job)), where).not.toContain("disk.qcow2");
  }
}

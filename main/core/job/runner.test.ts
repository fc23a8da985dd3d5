import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { defineJob, type JobContext, type JobDefinition } from "./job-context.ts";
import { createJobs, type Jobs } from "./runner.ts";

let data: string;
let store: StateStore;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "goldsmith-jobs-"));
  store = new StateStore();
});
afterEach(() => rm(data, { recursive: true, force: true }));

const ports = (): Ports => ({
  processes: nodeProcesses,
  clock: {
    nowIso: () => new Date().toISOString(),
    nowMs: () => performance.now(),
    sleep: () => Promise.resolve(),
  },
  secrets: { kind: "file", detail: "", get: async () => null, set: async () => {}, remove: async () => {} },
  directories: { data, cache: data, runtime: data, resources: data },
  terminals: { openShell: () => Promise.reject(new Error("no terminal in these tests")) },
  desktop: { trash: async () => false, reveal: async () => {} },
  log: { info: () => {}, warn: () => {} },
});

const createTestJobs = (): Jobs => {
  store = new StateStore();
  return createJobs({ ports: ports(), store });
};

/** A job of two steps, `one` and `two`, whose code the test gives. */
const job = (
  run: (context: JobContext) => Promise<string>,
  afterCrash: "resume" | "ask" = "resume",
): JobDefinition<z.ZodObject, z.ZodString> =>
  defineJob({
    kind: "compact",
    input: z.object({}),
    output: z.string(),
    steps: [
      { name: "one", title: "One" },
      { name: "two", title: "Two" },
    ],
    afterCrash,
    title: () => "Test job",
    subject: () => ({}),
    run,
  });

async function run(jobs: Jobs, definition: JobDefinition<z.ZodObject, z.ZodString>): Promise<JobView> {
  return jobs.waitFor(await jobs.start(definition, {}));
}

describe("job runner", () => {
  it("runs steps in order and keeps the result", async () => {
    const view = await run(
      createTestJobs(),
      job(async (context) => {
        const one = await context.step("one", z.number(), async () => 20);
        return String(await context.step("two", z.number(), async () => one + 1));
      }),
    );
    expect(view).toMatchObject({ status: "succeeded", result: "21", attempt: 1 });
    expect(view.steps.map((step) => step.status)).toEqual(["done", "done"]);
  });

  it("keeps finished steps over a retry and undoes in reverse what was deferred", async () => {
    const calls: string[] = [];
    let fail = true;
    const definition = job(async (context) => {
      context.defer("first", async () => void calls.push("undo first"));
      await context.step("one", z.string(), async () => {
        calls.push("one");
        return "kept";
      });
      context.defer("parts", async () => void calls.push("undo parts"), { keepForRetry: true });
      context.defer("last", async () => void calls.push("undo last"));
      return context.step("two", z.string(), async () => {
        if (fail) throw new AppError("network", "gone", { retry: "now" });
        return "two";
      });
    });
    const jobs = createTestJobs();
    const failed = await run(jobs, definition);
    expect(failed).toMatchObject({ status: "failed", error: { code: "network", retry: "now" } });
    expect(calls).toEqual(["one", "undo last", "undo first"]);
    fail = false;
    await jobs.retry(failed.id);
    expect(await jobs.waitFor(failed.id)).toMatchObject({ status: "succeeded", attempt: 2 });
    expect(calls.filter((call) => call === "one")).toHaveLength(1);
  });

  it("runs a step again after its undo", async () => {
    let made = 0;
    let fail = true;
    const definition = job(async (context) => {
      await context.step("one", z.number(), async () => ++made);
      context.defer("unmake", async () => {}, { undoes: "one" });
      return context.step("two", z.string(), async () => {
        if (fail) throw new AppError("network", "gone", { retry: "now" });
        return String(made);
      });
    });
    const jobs = createTestJobs();
    const failed = await run(jobs, definition);
    fail = false;
    await jobs.retry(failed.id);
    expect(await jobs.waitFor(failed.id)).toMatchObject({ status: "succeeded", result: "2" });
  });

  it("cancels with everything undone", async () => {
    const calls: string[] = [];
    const definition = job(async (context) => {
      context.defer("parts", async () => void calls.push("undo"), { keepForRetry: true });
      return context.step("one", z.string(), (_, signal) => untilAborted(signal));
    });
    const jobs = createTestJobs();
    const id = await jobs.start(definition, {});
    await until(() => store.state.jobs[id]?.steps[0]?.status === "running");
    await jobs.cancel(id);
    expect(await jobs.waitFor(id)).toMatchObject({ status: "cancelled", error: null });
    expect(calls).toEqual(["undo"]);
  });

  it("is interrupted by closing, undoes nothing, and goes on in the next start", async () => {
    const calls: string[] = [];
    let slow = true;
    const definition = job(async (context) => {
      context.defer("x", async () => void calls.push("undo"));
      await context.step("one", z.string(), async () => {
        calls.push("one");
        await context.note("upload", { id: "u-1" });
        return "";
      });
      return context.step("two", z.string(), async (_, signal) =>
        slow ? untilAborted(signal) : (context.recall("upload", z.object({ id: z.string() }))?.id ?? "lost"),
      );
    });
    const first = createTestJobs();
    const id = await first.start(definition, {});
    await until(() => store.state.jobs[id]?.steps[1]?.status === "running");
    await first.close();
    expect(store.state.jobs[id]?.status).toBe("interrupted");

    slow = false;
    const second = createTestJobs();
    await second.load([definition as unknown as JobDefinition], { resume: true });
    expect(await second.waitFor(id)).toMatchObject({ status: "succeeded", result: "u-1", attempt: 2 });
    expect(calls).toEqual(["one"]);
    expect(Object.values(store.state.notices)[0]?.title).toBe("Resumed: Test job");
  });

  it("waits for the user's word where the definition says so, and dismissing undoes", async () => {
    const calls: string[] = [];
    const definition = job(async (context) => {
      await context.step("one", z.string(), async () => "made");
      context.defer("unmake", async () => void calls.push("unmade"));
      return context.step("two", z.string(), (_, signal) => untilAborted(signal));
    }, "ask");
    const first = createTestJobs();
    const id = await first.start(definition, {});
    await until(() => store.state.jobs[id]?.steps[1]?.status === "running");
    await first.close();
    const second = createTestJobs();
    await second.load([definition as unknown as JobDefinition], { resume: true });
    expect(store.state.jobs[id]?.status).toBe("interrupted");
    await second.dismiss(id);
    expect(calls).toEqual(["unmade"]);
    expect(store.state.jobs[id]).toBeUndefined();
    expect(await readdir(join(data, "jobs"))).toEqual([]);
  });

  it("says when the clean-up failed and cleans up on dismiss", async () => {
    let broken = true;
    const definition = job(async (context) => {
      context.defer("remove staged object", async () => {
        if (broken) throw new AppError("network", "storage is away");
      });
      return context.step("one", z.string(), async () => {
        throw new AppError("provider-error", "no");
      });
    });
    const jobs = createTestJobs();
    const view = await run(jobs, definition);
    expect(view.error?.message).toContain("remove staged object: storage is away");
    await expect(jobs.dismiss(view.id)).rejects.toThrow("storage is away");
    broken = false;
    await jobs.dismiss(view.id);
    expect(store.state.jobs).toEqual({});
  });

  it("survives a torn last line in the journal", async () => {
    const jobs = createTestJobs();
    const view = await run(
      jobs,
      job(async (context) => context.step("one", z.string(), async () => "x")),
    );
    const path = join(data, "jobs", view.id, "journal.jsonl");
    const whole = await readFile(path, "utf8");
    for (let cut = whole.indexOf("\n") + 1; cut < whole.length; cut += 7) {
      await writeFile(path, whole.slice(0, cut));
      const again = createTestJobs();
      const definition = job(async (context) => context.step("one", z.string(), async () => "x"));
      await again.load([definition as unknown as JobDefinition], { resume: true });
      expect((await again.waitFor(view.id)).status).toBe("succeeded");
    }
  });

  it("leaves a job alone that another living process works on", async () => {
    const definition = job(async (context) =>
      context.step("one", z.string(), (_, signal) => untilAborted(signal)),
    );
    const first = createTestJobs();
    const id = await first.start(definition, {});
    const firstStore = store;
    await until(() => firstStore.state.jobs[id]?.steps[0]?.status === "running");
    const second = createTestJobs();
    await second.load([definition as unknown as JobDefinition], { resume: true });
    expect(store.state.jobs[id]?.status).toBe("running");
    await expect(second.retry(id)).rejects.toMatchObject({ code: "already-exists" });
    await first.close();
  });

  it("runs at most two of a kind at once", async () => {
    const jobs = createTestJobs();
    const definition = job(async (context) =>
      context.step("one", z.string(), (_, signal) => untilAborted(signal)),
    );
    const ids = await Promise.all([1, 2, 3].map(() => jobs.start(definition, {})));
    await until(
      () => Object.values(store.state.jobs).filter((view) => view.status === "running").length === 2,
    );
    const queued = ids.find((id) => store.state.jobs[id]?.status === "queued");
    expect(queued).toBeDefined();
    const alsoQueued = await jobs.start(definition, {});
    await jobs.cancel(alsoQueued);
    expect((await jobs.waitFor(alsoQueued)).status).toBe("cancelled");
    const running = ids.find((id) => store.state.jobs[id]?.status === "running") ?? "";
    await jobs.cancel(running);
    await until(() => store.state.jobs[queued ?? ""]?.status === "running");
    await jobs.close();
  });
});

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new AppError("cancelled", "Cancelled"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("The condition never came true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

import { describe, expect, it } from "vitest";
import type { JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import { StateStore } from "#core/state-store.ts";
import { runFake } from "./cli-harness.ts";
import { sampledAt, sampleImage as image, sampleMachine as machine } from "./commands/library-samples.ts";
import { commands } from "./commands.ts";

const at = sampledAt;
const job = (change: Partial<JobView> = {}): JobView => ({
  id: "job1",
  kind: "compact",
  title: "Compact web",
  status: "running",
  steps: [
    {
      name: "convert",
      title: "Compress",
      status: "running",
      startedAt: at,
      endedAt: null,
      message: "",
      progress: null,
    },
  ],
  error: null,
  result: null,
  subject: {},
  createdAt: at,
  endedAt: null,
  attempt: 1,
  ...change,
});

function library(): StateStore {
  const store = new StateStore();
  store.put("machines", "m1", machine("m1", "web"));
  store.put("machines", "m2", machine("m2", "web-old", "running"));
  store.put("machines", "m3", machine("m3", "db"));
  store.put("images", "i1", image("i1", "golden"));
  return store;
}

describe("exit codes", () => {
  it("is 2 for usage, with a pointer to help on stderr only", async () => {
    const run = await runFake(["docter"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("Did you mean doctor?");
    expect((await runFake([])).code).toBe(2);
  });

  it("is 0 for help and version", async () => {
    expect((await runFake(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const spec of commands) {
      const run = await runFake([...spec.words, "--help"]);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout).toContain("Examples");
    }
  });

  it.each([
    ["not-found", 1],
    ["provider-error", 1],
    ["image-refused", 3],
    ["image-unreadable", 3],
    ["not-bootable", 3],
    ["cancelled", 130],
  ] as const)("of an error %s is %d", async (code, expected) => {
    const run = await runFake(["account", "practice"], {
      calls: {
        "accounts.addPractice": () => {
          throw new AppError(code, "It went wrong", { hint: "Do this." });
        },
      },
    });
    expect(run).toMatchObject({ code: expected, stdout: "" });
    if (code !== "cancelled") expect(run.stderr).toContain("It went wrong\n      Do this.");
  });
});

describe("JSON mode", () => {
  it("prints one document, also for errors and usage", async () => {
    const listed = await runFake(["machine", "list", "--json"], { store: library() });
    expect(JSON.parse(listed.stdout)).toHaveLength(3);
    const missing = await runFake(["--json", "machine", "show", "nothing"], { store: library() });
    expect(missing).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: "not-found" } });
    const usage = await runFake(["doctor", "--frsh", "--json"]);
    expect(usage).toMatchObject({ code: 2, stderr: "" });
    expect(JSON.parse(usage.stdout)).toMatchObject({ error: { code: "bad-input" } });
  });

  it("escapes what a terminal would obey", async () => {
    const store = new StateStore();
    store.put("machines", "m", machine("m", "a\u009b31mb\u202ec\u001b[0m"));
    const run = await runFake(["machine", "list", "--json"], { store });
    expect(run.stdout).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(run.stdout)).toMatchObject([{ name: "a\u009b31mb\u202ec\u001b[0m" }]);
  });
});

describe("names", () => {
  const power = (word: string) => runFake(["machine", "show", word, "--json"], { store: library() });

  it("are found by id, exact name and unique beginning", async () => {
    for (const [word, id] of [
      ["m3", "m3"],
      ["web", "m1"],
      ["DB", "m3"],
      ["web-", "m2"],
      ["d", "m3"],
      ["WEB-", "m2"],
    ] as const) {
      expect(JSON.parse((await power(word)).stdout)).toMatchObject({ id });
    }
  });

  it("that are ambiguous list the candidates", async () => {
    const run = await runFake(["machine", "show", "we"], { store: library() });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("web (m1), web-old (m2)");
  });

  it("of two kinds must say which", async () => {
    const store = library();
    store.put("images", "i2", image("i2", "web"));
    const run = await runFake(["check", "web"], { store });
    expect(run.stderr).toContain("machine:web or image:web");
  });
});

describe("what comes from outside", () => {
  it("never reaches the terminal as control characters", async () => {
    const store = new StateStore();
    store.put("machines", "m", machine("m", "evil\u001b]0;title\u0007\nsecond"));
    const run = await runFake(["machine", "list"], { store, terminal: true });
    expect(run.stdout).toContain("evil\\x1b]0;title\\x07\\nsecond");
    // oxlint-disable-next-line no-control-regex -- what is looked for
    expect(run.stdout.replace(/\u001b\[\d*m/g, "")).not.toMatch(/[\u001b\u0007]/);
  });

  it("is coloured on a terminal only, and not with NO_COLOR", async () => {
    const store = library();
    expect((await runFake(["machine", "list"], { store, terminal: true })).stdout).toContain("\u001b[32m");
    expect((await runFake(["machine", "list"], { store })).stdout).not.toContain("\u001b");
    const env = { NO_COLOR: "1" };
    expect((await runFake(["machine", "list"], { store, terminal: true, env })).stdout).not.toContain(
      "\u001b",
    );
  });
});

describe("jobs that are followed", () => {
  const compact = (store: StateStore, world: Parameters<typeof runFake>[1] = {}) =>
    runFake(["compact", "web"], {
      store,
      ...world,
      calls: {
        "images.compact": () => {
          store.put("jobs", "job1", job());
          return { jobId: "job1" };
        },
        ...world.calls,
      },
    });

  it("end with their result", async () => {
    const store = library();
    setTimeout(() => {
      store.put("images", "i9", image("i9", "web golden"));
      const step = { ...job().steps[0]!, status: "done" as const, endedAt: "2026-01-10T12:00:04.200Z" };
      store.put("jobs", "job1", job({ status: "succeeded", steps: [step], result: { imageId: "i9" } }));
    }, 20);
    const run = await compact(store);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("✓ Compress  4.2 s");
    expect(run.stdout).toContain("446 MiB → 160 MiB, 64 % smaller");
  });

  it("that fail show the error of the job", async () => {
    const store = library();
    const error = new AppError("disk-full", "There is no room left", { retry: "now" }).toWire();
    setTimeout(() => store.put("jobs", "job1", job({ status: "failed", error })), 20);
    const run = await compact(store);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("There is no room left");
    expect(run.stderr).toContain("Free some space");
  });

  it("are cancelled by Ctrl-C and waited for", async () => {
    const store = library();
    const interrupt = new AbortController();
    const order: string[] = [];
    setTimeout(() => interrupt.abort(), 20);
    const run = await compact(store, {
      signal: interrupt.signal,
      calls: {
        "jobs.cancel": () => {
          order.push("cancel");
          store.put("jobs", "job1", job({ status: "cancelling" }));
          setTimeout(() => {
            order.push("undone");
            store.put("jobs", "job1", job({ status: "cancelled" }));
          }, 50);
          return {};
        },
      },
    });
    expect(run.code).toBe(130);
    expect(order).toEqual(["cancel", "undone"]);
    expect(run.stderr).toContain("Cancelling …");
  });

  it("rewrite one line on a terminal and print plain lines elsewhere", async () => {
    const progress = { doneBytes: 50, totalBytes: 200, rateBytesPerSecond: 1024, remainingMs: 12_000 };
    const play = (store: StateStore): void => {
      setTimeout(() => store.put("jobs", "job1", job({ steps: [{ ...job().steps[0]!, progress }] })), 20);
      setTimeout(() => store.put("jobs", "job1", job({ status: "cancelled" })), 60);
    };
    const tty = library();
    play(tty);
    const shown = await compact(tty, { terminal: true, env: { NO_COLOR: "1" } });
    expect(shown.stderr).toContain("\r\u001b[K• Compress  25 % of 200 B  1 KiB/s  12 s left");
    const pipe = library();
    play(pipe);
    const plain = await compact(pipe);
    expect(plain.stderr).toContain("  Compress …\n");
    expect(plain.stderr).not.toContain("\r");
  });
});

describe("what destroys", () => {
  const calls = (deleted: string[]) => ({
    "machines.delete": ({ machineId }: { machineId: string }) => {
      deleted.push(machineId);
      return {};
    },
  });

  it("asks, and takes no for an answer", async () => {
    const deleted: string[] = [];
    const prompt = { canAsk: true, confirm: async () => false };
    const no = await runFake(["machine", "delete", "db"], {
      store: library(),
      calls: calls(deleted),
      prompt,
    });
    expect(no.code).toBe(130);
    expect(deleted).toEqual([]);
    const yes = { canAsk: true, confirm: async () => true };
    const done = await runFake(["machine", "delete", "db"], {
      store: library(),
      calls: calls(deleted),
      prompt: yes,
    });
    expect(done.code).toBe(0);
    expect(deleted).toEqual(["m3"]);
  });

  it("needs --yes without a terminal", async () => {
    const deleted: string[] = [];
    const world = { store: library(), calls: calls(deleted) };
    const refused = await runFake(["machine", "delete", "db"], world);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Add --yes");
    expect((await runFake(["machine", "delete", "db", "-y"], world)).code).toBe(0);
    expect(deleted).toEqual(["m3"]);
  });
});

describe("notices", () => {
  it("are told beside the answer, for no other command knows of them", async () => {
    const store = library();
    const title = "web was found as a crash had left it";
    store.put("notices", "n", {
      id: "n",
      level: "info",
      title,
      text: "Start it:\u001b[2J it boots.",
      createdAt: at,
    });
    const run = await runFake(["machine", "list"], { store });
    expect(run.stderr).toMatch(/^note web was found as a crash had left it\n +Start it:.* it boots\.\n$/);
    expect(run.stderr).not.toContain("\u001b[2J");
    expect((await runFake(["machine", "list", "--json"], { store })).stderr).toBe("");
  });
});

describe("machine create", () => {
  const create = (...options: string[]) => {
    const inputs: unknown[] = [];
    const calls = {
      "machines.create": (input: never) => {
        inputs.push(input);
        return { machineId: "new" };
      },
    };
    return runFake(["machine", "create", "web 2", ...options], { calls }).then((run) => ({ ...run, inputs }));
  };

  it("turns options into hardware, with the contract's defaults", async () => {
    const run = await create("--memory", "1.5G", "--cores", "4", "--disk", "20GiB", "--firmware", "uefi");
    expect(run.code).toBe(0);
    expect(run.inputs).toMatchObject([
      {
        name: "web 2",
        isoPath: null,
        hardware: {
          cores: 4,
          memoryBytes: 1536 * 1024 ** 2,
          diskSizeBytes: 20 * 1024 ** 3,
          firmware: "uefi",
          diskBus: "virtio-scsi",
        },
      },
    ]);
  });

  it.each([
    ["--memory", "much"],
    ["--memory", "1M"],
    ["--cores", "0"],
    ["--cores", "two"],
    ["--firmware", "coreboot"],
    ["--disk", "-1"],
  ])("refuses %s %s as a usage error", async (option, value) => {
    const run = await create(option, value);
    expect(run).toMatchObject({ code: 2, inputs: [] });
    expect(run.stderr).toContain(option);
  });
});

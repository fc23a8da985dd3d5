import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reduceJob, initialView } from "#core/job/reducer.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readRecipe } from "#core/recipe/read-recipe.ts";
import { StateStore } from "#core/state-store.ts";
import { runFake, type FakeWorld } from "../cli-harness.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-cli-build-"));
});
afterEach(() => rm(folder, { recursive: true }));

const recipe = `name: Golden
variables:
  user: craft
  password: { secret: true, prompt: Password of the new user }
steps: [boot]
`;
const variables = [
  { name: "user", secret: false, hasDefault: true, prompt: "user" },
  { name: "password", secret: true, hasDefault: false, prompt: "Password of the new user" },
];
const at = "2026-01-01T00:00:00.000Z";

/** A core that checks for real and whose build ends at once as told. */
function world(ending: "succeeded" | AppError, given: unknown[] = []): FakeWorld & { store: StateStore } {
  const store = new StateStore();
  const created = initialView({
    type: "created",
    version: 1,
    id: "j1",
    kind: "build",
    title: "Build Golden",
    subject: { machineId: "m1" },
    steps: [],
    input: {},
    at,
  });
  return {
    store,
    calls: {
      "recipes.check": ({ text }: { text: string }) => ({ problems: readRecipe(text).problems, variables }),
      "recipes.build": (input: unknown) => {
        given.push(input);
        const result = { machineId: "m1", imageId: null, checkpoints: [], elapsedMs: 65_000 };
        const event =
          ending === "succeeded"
            ? ({ type: "succeeded", result, at } as const)
            : ending.code === "cancelled"
              ? ({ type: "cancelled", at } as const)
              : ({ type: "failed", error: ending.toWire(), at } as const);
        store.put("jobs", "j1", reduceJob(reduceJob(created, { type: "attempt", at }), event));
        return { jobId: "j1" };
      },
    },
  };
}

/** The next build is another job. */
const anew = ({ store }: { store: StateStore }): FakeWorld["calls"] => ({
  "recipes.build": () => {
    const job = store.state.jobs["j1"];
    if (job !== undefined) store.put("jobs", "j2", { ...job, id: "j2" });
    return { jobId: "j2" };
  },
});

async function fileOf(text: string): Promise<string> {
  const path = join(folder, "recipe.yaml");
  await writeFile(path, text);
  return path;
}

describe("goldsmith build", () => {
  it("tells faults as compilers do, and ends with 1", async () => {
    const path = await fileOf("name: x\nsteps:\n  - exepct: y\n");
    const run = await runFake(["build", path], world("succeeded"));
    expect(run.stdout).toBe(`${path}:3:5 error There is no step \`exepct\`; did you mean \`expect\`?\n`);
    expect(run.code).toBe(1);
    const json = await runFake(["build", path, "--json"], world("succeeded"));
    expect(JSON.parse(json.stdout)).toMatchObject({ problems: [{ line: 3, column: 5 }] });
  });

  it("does not take in a file of any size", async () => {
    const path = await fileOf(`name: x\nsteps:\n${"  - run: true\n".repeat(800_000)}`);
    const run = await runFake(["build", path, "--check"], world("succeeded"));
    expect(run.stdout).toMatch(/recipe\.yaml:\d+:\d+ error A recipe has at most 512 KiB/);
    expect(run.code).toBe(1);
  });

  it("takes secrets from the environment or asks, and refuses them in words that others see", async () => {
    const path = await fileOf(recipe);
    const given: Record<string, unknown>[] = [];
    const env = { GOLDSMITH_VAR_PASSWORD: "a secret" };
    const run = await runFake(["build", path, "--var", "user=a=b,c"], { ...world("succeeded", given), env });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("Built Golden in 1 min 05 s") });
    const asked: string[] = [];
    const secret = async (question: string): Promise<string> => {
      asked.push(question);
      return "typed";
    };
    await runFake(["build", path], { ...world("succeeded", given), prompt: { canAsk: true, secret } });
    expect(asked).toEqual(["Password of the new user"]);
    expect(given).toMatchObject([
      { folder, keep: false, variables: { user: "a=b,c", password: "a secret" } },
      { variables: { password: "typed" } },
    ]);
    const seen = await runFake(["build", path, "--var", "password=x"], world("succeeded"));
    expect(seen).toMatchObject({ code: 2, stderr: expect.stringContaining("GOLDSMITH_VAR_PASSWORD") });
    expect((await runFake(["build", path, "--var", "usr=x"], world("succeeded"))).code).toBe(2);
  });

  it("shows the last screen of a console that never showed what was waited for, and how to go on", async () => {
    const failure = new AppError("console-timeout", "Line 5, `expect`: never", {
      details: { screen: ["login: ", "\u001b[2Jodd"], lastLines: [], waitedFor: "x", waitedMs: 1 },
    });
    const run = await runFake(["build", await fileOf(recipe)], world(failure));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("│ login: ");
    expect(run.stderr).not.toContain("\u001b[2J");
    expect(run.stderr).toContain("goldsmith job retry j1");
    const json = await runFake(["build", await fileOf(recipe), "--json"], world(failure));
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { details: { jobId: "j1" } } });
  });

  it("lists what a check has found", async () => {
    const finding = {
      provider: "OCI",
      id: "x",
      level: "error",
      title: "No driver\u001b[2J",
      where: "/etc/x:1",
    };
    const failure = new AppError("publish-held", "Line 5, `check`: OCI: No driver", {
      details: { findings: [finding] },
    });
    const run = await runFake(["build", await fileOf(recipe)], world(failure));
    expect(run.stderr).toMatch(/ {2}error OCI: No driver.* \(\/etc\/x:1\)/);
    expect(run.stderr).not.toContain("\u001b[2J");
  });

  it("says after Ctrl-C what is left and how to go on, and knows of it when it begins anew", async () => {
    const kept = world(new AppError("cancelled", "Cancelled"));
    kept.store.put("machines", "m1", {
      id: "m1",
      name: "Golden",
      checkpoints: [
        { id: "c0", name: "0: Empty disk", withMemory: false },
        { id: "c1", name: "in stalled", withMemory: false },
        { id: "c2", name: "with memory", withMemory: true },
      ],
    } as never);
    kept.store.put("images", "i1", { id: "i1", name: "Golden image", origin: { machineId: "m1" } } as never);
    const path = await fileOf(recipe);
    const first = await runFake(["build", path], kept);
    expect(first.code).toBe(130);
    expect(first.stderr).toContain("The machine Golden (m1) is kept, powered off.");
    expect(first.stderr).toContain(`goldsmith build ${path} --from-checkpoint 'Golden:in stalled'`);
    expect(first.stderr).toContain("goldsmith machine delete Golden removes it.");
    expect(first.stderr).toContain(
      "The image Golden image is in the library: goldsmith publish i1 --to ACCOUNT.",
    );
    expect(first.stderr).not.toContain("job retry"); // it has forgotten its secrets
    const failed = world(new AppError("network", "gone"));
    failed.store.put("machines", "m1", { id: "m1", name: "Golden", checkpoints: [] } as never);
    expect((await runFake(["build", path], failed)).stderr).not.toContain("An earlier build");
    const again = await runFake(["build", path], { ...failed, calls: { ...failed.calls, ...anew(failed) } });
    expect(again.stderr).toContain(
      "An earlier build of it has failed; goldsmith job retry j1 goes on there.",
    );
  });
});

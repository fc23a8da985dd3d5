import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { beginAt, planBuild } from "./build-plan.ts";
import { parseRecipe } from "./read-recipe.ts";
import { keepVariables } from "./recipe-secrets.ts";
import { buildParts } from "./testing/build-parts.ts";

let folder: string;
let parts: ReturnType<typeof buildParts>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-build-"));
  parts = buildParts(folder, nodeProcesses);
});
afterEach(async () => {
  await parts.jobs.close();
  await rm(folder, { recursive: true });
});

const recipe = (...steps: string[]): string =>
  `name: Golden\nvariables: { password: { secret: true } }\nsteps:\n${steps.map((step) => `  - ${step}\n`).join("")}`;
const login = 'login: { user: root, password: "{{password}}" }';

async function start(text: string, keep = true): Promise<string> {
  const variables = await keepVariables(parseRecipe(text), { password: "a secret" }, parts.secrets);
  return parts.jobs.start(parts.build, { machineId: "m1", text, folder, name: "Golden", keep, variables });
}

describe("a build", () => {
  it("goes on after a failure at the stage that failed, from its last checkpoint", async () => {
    const text = recipe(
      "boot",
      login,
      "run: mark a",
      "checkpoint: one",
      "run: mark b",
      "run: fail",
      "run: mark c",
      "powerOff",
    );
    const id = await start(text);
    // The guest fails once, after b was done.
    const { machines } = parts;
    const console = machines.console("");
    let failed = false;
    parts.machines.console = () => ({
      ...console,
      write: (typed, signal) => {
        if (!failed && typed.includes("fail")) {
          failed = true;
          return Promise.reject(new Error("a secret was shown in the guest's words"));
        }
        return console.write(typed, signal);
      },
    });
    const first = await parts.jobs.waitFor(id);
    expect(first).toMatchObject({
      status: "failed",
      error: { retry: "now", message: expect.stringMatching(/^Line 9, `run`: \*\*\* was shown/) },
    });
    expect(machines.read()).toMatchObject({ power: "running", now: { disk: ["a", "b"] } });
    await parts.jobs.retry(id);
    const second = await parts.jobs.waitFor(id);
    expect(second.error).toBeNull();
    expect(machines.read()).toMatchObject({
      power: "off",
      now: { disk: ["a", "b", "c"] },
      history: ["create Golden", "a", "b", "b", "c"],
    });
    const journal = await readFile(join(folder, "jobs", id, "journal.jsonl"), "utf8");
    expect(journal).not.toContain("a secret");
  });

  it("keeps its machine when it is cancelled, powered off, and forgets the secrets", async () => {
    const id = await start(recipe("boot", login, "run: mark a", "expect: { text: never, timeout: 1 h }"));
    await expect.poll(() => parts.machines.read()?.now.disk, { timeout: 10_000 }).toEqual(["a"]);
    await parts.jobs.cancel(id);
    expect(await parts.jobs.waitFor(id)).toMatchObject({ status: "cancelled" });
    expect(parts.machines.read()).toMatchObject({ power: "off", now: { disk: ["a"] } });
    expect(await readFile(join(folder, "secrets.json"), "utf8")).not.toContain("a secret");
  });

  it("makes no machine for what is no installer", async () => {
    const iso = join(folder, "letter.iso");
    await writeFile(iso, "no ISO ".repeat(10_000));
    const id = await start(`iso: ${iso}\n${recipe("boot")}`);
    expect(await parts.jobs.waitFor(id)).toMatchObject({
      error: { code: "bad-input", message: expect.stringContaining("is no ISO image") },
    });
    expect(parts.machines.read()).toBeNull();
  });

  it("ends at the findings of a check, and looks again when it is tried again", async () => {
    const found = (level: "error" | "unknown", title: string): Finding => ({
      id: title,
      level,
      title,
      where: "/etc/x:1",
      source: { document: "", url: null },
      consequence: "",
      fix: null,
    });
    let findings = [found("error", "no driver"), found("unknown", "no network")];
    const report = (): CheckReport =>
      ({ error: null, verdicts: { kvm: { level: "error", findings } } }) as unknown as CheckReport;
    await parts.jobs.close();
    parts = buildParts(folder, nodeProcesses, report);
    const id = await start(recipe("boot", login, "powerOff", "check", "compact"));
    expect(await parts.jobs.waitFor(id)).toMatchObject({
      status: "failed",
      error: {
        code: "publish-held",
        message: expect.stringMatching(/^Line 7, `check`: .*: no driver$/),
        details: { findings: [{ title: "no driver", level: "error", where: "/etc/x:1" }] },
      },
    });
    findings = findings.slice(1);
    await parts.jobs.retry(id);
    expect(await parts.jobs.waitFor(id)).toMatchObject({ status: "succeeded" });
    const strict = await start(recipe("boot", login, "powerOff", "check: { failOn: warning }"));
    expect((await parts.jobs.waitFor(strict)).error?.message).toMatch(/: no network$/);
  });

  it("tells what it waited for and what the screen showed", async () => {
    const id = await start(recipe("boot", login, "expect: { text: never, timeout: 300 ms }"));
    const { error } = await parts.jobs.waitFor(id);
    expect(error).toMatchObject({
      code: "console-timeout",
      details: {
        line: 6,
        step: "expect",
        waitedFor: "never",
        waitedMs: 300,
        screen: expect.arrayContaining(["booting"]),
      },
    });
  });
});

describe("a build from a checkpoint of an earlier one", () => {
  const text = recipe(
    "boot",
    login,
    "run: mark a",
    "powerOff",
    "checkpoint: half",
    "boot",
    login,
    "run: mark b",
  );

  it("runs only the stages after it, on a machine of its own", async () => {
    const first = await parts.jobs.waitFor(await start(text));
    expect(first.error).toBeNull();
    const before = parts.machines.read();
    const view = { name: "Golden", checkpoints: before?.checkpoints ?? [] } as never;
    const half = before?.checkpoints.find(({ name }) => name === "half")?.id ?? "";
    const plan = planBuild(parseRecipe(text));
    const from = beginAt({ machineId: "x", checkpointId: half }, plan, view);
    const variables = await keepVariables(parseRecipe(text), { password: "a secret" }, parts.secrets);
    const input = { machineId: "m2", text, folder, name: "Second", keep: true, from, variables };
    const second = await parts.jobs.waitFor(await parts.jobs.start(parts.build, input));
    expect(second).toMatchObject({ status: "succeeded", error: null });
    expect(second.steps.map(({ name }) => name)).toEqual(["iso", "machine", "stage-2"]);
    expect(parts.machines.read()).toMatchObject({
      now: { disk: ["a", "b"] },
      history: ["create Golden", "a", "b", "b"],
    });
    const last = before?.checkpoints.at(-1)?.id ?? "";
    expect(() => beginAt({ machineId: "x", checkpointId: last }, plan, view)).toThrow(/machine that ran/);
    expect(() => beginAt({ machineId: "x", checkpointId: "none" }, plan, view)).toThrow(/no such checkpoint/);
    const others = planBuild(parseRecipe(recipe("boot")));
    expect(() => beginAt({ machineId: "x", checkpointId: half }, others, view)).toThrow(
      /no checkpoint named half/,
    );
  });
});

describe("keepVariables", () => {
  it("refuses what the recipe does not have and what has no value", async () => {
    const read = parseRecipe(recipe("boot"));
    await expect(keepVariables(read, { pasword: "x" }, parts.secrets)).rejects.toMatchObject({
      code: "bad-input",
    });
    await expect(keepVariables(read, {}, parts.secrets)).rejects.toMatchObject({
      code: "bad-input",
      hint: expect.stringContaining("GOLDSMITH_VAR_PASSWORD"),
    });
  });
});

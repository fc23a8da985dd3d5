import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { MachineCreateSchema } from "#contract/machine.ts";
import { BuildResultSchema } from "#contract/recipe.ts";
import { createCompactJob } from "#core/compact/compact-job.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { createGuestAccess, type GuestAccess } from "#core/guest/guest-access.ts";
import { withRootTree } from "#core/image/look-inside.ts";
import { createJobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createImages } from "#core/library/images.ts";
import { createMachines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import { microLogin, miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createBuildJob } from "./build-job.ts";
import { createIsoSource } from "./build-machine.ts";
import { parseRecipe } from "./read-recipe.ts";
import { keepVariables } from "./recipe-secrets.ts";
import { createRecordings } from "./recording/recordings.ts";

const boot = { timeoutMs: 240_000 };
const soon = { timeoutMs: 120_000 };
const MiB = 1024 * 1024;

let home: string;
let ports: Ports;
let world: Awaited<ReturnType<typeof open>>;
/** What the next script over SSH fails with; then it works again. */
let nextFailure: AppError | null = null;

async function open() {
  const store = new StateStore();
  const images = createImages({ ports, store });
  const machines = createMachines({
    ports,
    store,
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
  });
  const jobs = createJobs({ ports, store });
  const real = createGuestAccess({ ports, machines, folder: join(home, "guests") });
  const guest: GuestAccess = {
    ...real,
    run(machineId, script, options) {
      const failure = nextFailure;
      nextFailure = null;
      return failure === null ? real.run(machineId, script, options) : Promise.reject(failure);
    },
  };
  const build = createBuildJob({
    ports,
    machines,
    guest,
    jobs,
    compact: createCompactJob({ ports, images, machines }),
    publish: null as never,
    isos: createIsoSource({ isos: null as never, jobs, ports, cache: join(home, "isos") }),
    check: () => Promise.reject(new Error("not part of this test")),
    findAccount: () => "",
  });
  await images.load();
  await machines.load();
  return { store, machines, images, jobs, build, recordings: createRecordings({ machines }) };
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-build-"));
  ports = await createNodePorts({ home });
  world = await open();
});
afterAll(async () => {
  await world.jobs.close();
  for (const id of await readdir(join(home, "data", "machines"))) await world.machines.forceOff(id);
  await world.machines.close();
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

const filesOf = (disk: string, names: readonly string[]): Promise<(string | null)[]> =>
  withRootTree(
    disk,
    { ports },
    { place: { kind: "system" }, signal: new AbortController().signal },
    ({ tree }) => Promise.all(names.map((name) => tree.readText(name, 1024).catch(() => null))),
  );

describe("a session at the installer", () => {
  it(
    "recorded by hand is replayed headless, over a failure and its retry, to the same end state",
    { timeout: 600_000 },
    async () => {
      const { machines, recordings, jobs, images } = world;
      const id = await machines.create(
        MachineCreateSchema.parse({
          name: "by hand",
          isoPath: await miniInstallerIso("interactive"),
          hardware: { cores: 2, memoryBytes: 256 * MiB, diskSizeBytes: 1024 * MiB },
        }),
      );
      const { signal } = new AbortController();
      const type = (text: string): Promise<void> => recordings.write(id, text, signal);
      await recordings.start(id);
      await machines.start(id);
      {
        await using eyes = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
        await eyes.waitForPrompt("[y/N]", boot);
        for (const key of "y\r") await type(key);
        await machines.waitForPower(id, "off", boot);
        await machines.start(id);
        await eyes.waitForPrompt("login:", boot);
        await type(`${microLogin.user}\r`);
        await eyes.waitForPrompt("Password:", soon);
        for (const key of `${microLogin.password}\r`) await type(key);
        await eyes.waitForPrompt("#", soon);
        for (const key of "echo crafted > /etc/motd") await type(key);
        await type("\r");
        eyes.expectNews(); // a person waits for the next prompt
        await eyes.waitForPrompt("#", soon);
        await type("sync; poweroff\r");
        await machines.waitForPower(id, "off", boot);
      }
      const recorded = await recordings.stop(id);
      expect(recorded).not.toContain(microLogin.password);
      const plain = { variables: { password: { secret: true } } };
      expect(parse(recorded), recorded).toMatchObject(plain);
      expect(Object.keys((parse(recorded) as typeof plain).variables), recorded).toEqual(["password"]);

      // Between what was typed by hand: the key of the machine, a checkpoint, and a script over SSH that fails once.
      const recipe = parse(recorded) as { steps: unknown[] };
      const last = recipe.steps.splice(-3); // the prompt, poweroff, and the end
      recipe.steps.push(
        { run: "mkdir -p /root/.ssh; echo '{{machine.publicKey}}' > /root/.ssh/authorized_keys" },
        { login: { user: "root", over: "ssh" } },
        { checkpoint: "lets this computer in" },
        { run: "echo by-ssh > /etc/by-ssh" },
        "seal",
        { press: "enter" },
        ...last,
        { compact: "replayed" },
      );
      const text = stringify(recipe);
      nextFailure = new AppError("network", "The connection broke", { retry: "now" });
      const given = { password: microLogin.password };
      const variables = await keepVariables(parseRecipe(text), given, ports.secrets);
      const jobId = await jobs.start(world.build, {
        machineId: "replayed01",
        text,
        folder: home,
        name: "replayed",
        keep: true,
        variables,
      });
      const failed = await jobs.waitFor(jobId);
      expect(failed).toMatchObject({
        status: "failed",
        error: { code: "network", message: expect.stringMatching(/^Line \d+, `run`: The connection broke/) },
      });
      await jobs.retry(jobId);
      const done = await jobs.waitFor(jobId);
      expect(done).toMatchObject({ status: "succeeded", error: null });
      const { machineId, imageId } = BuildResultSchema.parse(done.result);
      expect(machines.view(machineId).checkpoints.map(({ name, withMemory }) => [name, withMemory])).toEqual([
        ["0: Empty disk", false],
        ["lets this computer in", true],
        [expect.stringMatching(/^2: /), false],
      ]);
      const names = ["/etc/motd", "/etc/by-ssh", "/root/.ssh/authorized_keys", "/etc/machine-id"];
      const [motd] = await filesOf(machines.diskPath(id), names);
      expect(motd).toBe("crafted\n");
      expect(await filesOf(images.view(imageId ?? "").path, names)).toEqual([motd, "by-ssh\n", null, ""]);
    },
  );
});

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { JobView } from "#contract/job.ts";
import { MachineCreateSchema } from "#contract/machine.ts";
import { BuildResultSchema } from "#contract/recipe.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { createCore, type Core } from "#core/create-core.ts";
import { withRootTree } from "#core/image/look-inside.ts";
import { createMachines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import { microLogin, miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createRecordings } from "./recording/recordings.ts";

const boot = { timeoutMs: 240_000 };
const soon = { timeoutMs: 120_000 };
const MiB = 1024 * 1024;

let home: string;
let ports: Ports;
let world: Awaited<ReturnType<typeof open>>;
/** The whole app over the same folder, as a second copy of it: it builds what is recorded here. */
let core: Core;
let server: Awaited<ReturnType<typeof serve>>;

async function open() {
  const store = new StateStore();
  const machines = createMachines({
    ports,
    store,
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
  });
  await machines.load();
  return { machines, recordings: createRecordings({ machines }) };
}

/** An ISO whose server breaks off once, and a file that it does not give at first. A guest reaches it at 10.0.2.2. */
async function serve(isoPath: string) {
  const iso = await readFile(isoPath);
  const asked: string[] = [];
  const http = createServer((request, reply) => {
    const { url = "", headers } = request;
    asked.push(`${url} ${headers.range ?? ""}`.trim());
    const again = asked.filter((one) => one.startsWith(url)).length > 1;
    if (url !== "/installer.iso") return void reply.writeHead(again ? 200 : 503).end("by-ssh\n");
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    const range = `bytes ${from}-${iso.length - 1}/${iso.length}`;
    const common = { etag: '"one"', "content-length": iso.length - from };
    reply.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...common, "content-range": range } : common);
    if (again) return void reply.end(iso.subarray(from));
    reply.write(iso.subarray(0, iso.length / 2), () => setTimeout(() => reply.destroy(), 300));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const sha256 = createHash("sha256").update(iso).digest("hex");
  return {
    port,
    asked,
    iso: { url: `http://127.0.0.1:${port}/installer.iso`, sha256 },
    close: () => http.close(),
  };
}

async function ended(jobId: string): Promise<JobView> {
  const { signal } = new AbortController();
  for await (const _ of core.store.watch(signal)) {
    const job = core.store.state.jobs[jobId];
    if (job !== undefined && job.endedAt !== null) return job;
  }
  throw new Error("The state has ended");
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-build-"));
  ports = await createNodePorts({ home });
  world = await open();
  server = await serve(await miniInstallerIso("interactive"));
  core = await createCore(ports, { host: "cli", accelerator: "tcg" });
});
afterAll(async () => {
  await core.close();
  server.close();
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
    "recorded by hand is built headless, from an ISO by its address to an image that is available",
    { timeout: 600_000 },
    async () => {
      const { machines, recordings } = world;
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
      const recipe = parse(recorded) as { iso: unknown; variables: object; steps: unknown[] };
      const last = recipe.steps.splice(-3); // the prompt, poweroff, and the end
      recipe.iso = server.iso;
      recipe.steps.push(
        { run: "mkdir -p /root/.ssh; echo '{{machine.publicKey}}' > /root/.ssh/authorized_keys" },
        { login: { user: "root", over: "ssh" } },
        { checkpoint: "lets this computer in" },
        { run: `wget -q -O /etc/by-ssh http://10.0.2.2:${server.port}/by-ssh` },
        { copy: { from: "./copied", to: "/etc" } },
        "seal",
        { press: "enter" },
        ...last,
        { check: { for: ["kvm"] } },
        { compact: "replayed" },
        { publish: { to: "practice digitalocean", override: true, name: "golden" } },
      );
      const variables = { ...recipe.variables, what: "replayed" };
      const text = stringify({ ...recipe, name: "{{what}} here", variables });
      const wanted = {
        text,
        folder: home,
        keep: true,
        from: null,
        variables: { password: microLogin.password },
      };
      const build = core.handlers["recipes.build"];
      await expect(build(wanted, signal)).rejects.toThrow(/^Line \d+, `copy`: .*copied is not there/);
      await writeFile(join(home, "copied"), "by-copy\n");
      await expect(build(wanted, signal)).rejects.toThrow(/^Line \d+, `publish`: There is no account/);
      await core.handlers["accounts.addPractice"]({}, signal);
      const { jobId } = await build(wanted, signal);
      const failed = await ended(jobId);
      expect(failed).toMatchObject({
        status: "failed",
        error: { code: "tool-failed", message: expect.stringMatching(/^Line \d+, `run`: A script .* wget/) },
      });
      expect(server.asked).toEqual([
        "/installer.iso",
        expect.stringMatching(/^\/installer.iso bytes=\d+-$/),
        "/by-ssh",
      ]);
      await core.handlers["jobs.retry"]({ jobId }, signal);
      const done = await ended(jobId);
      expect(done).toMatchObject({ status: "succeeded", error: null });
      const { machineId, imageId, published } = BuildResultSchema.parse(done.result);
      expect(published).toMatchObject([{ status: "available", stagingEmpty: true }]);
      expect(Object.values(core.store.state.remoteImages)).toMatchObject([{ name: "golden" }]);
      const { checkpoints, name } = core.store.state.machines[machineId] ?? { checkpoints: [], name: "" };
      expect(name).toBe("replayed here");
      expect(checkpoints.map(({ name, withMemory }) => [name, withMemory])).toEqual([
        ["0: Empty disk", false],
        ["lets this computer in", true],
        [expect.stringMatching(/^2: /), false],
      ]);
      const names = [
        "/etc/motd",
        "/etc/by-ssh",
        "/etc/copied",
        "/root/.ssh/authorized_keys",
        "/etc/machine-id",
      ];
      const image = core.store.state.images[imageId ?? ""]?.path ?? "";
      const [motd] = await filesOf(machines.diskPath(id), names);
      expect(motd).toBe("crafted\n");
      expect(await filesOf(image, names)).toEqual([motd, "by-ssh\n", "by-copy\n", null, ""]);
    },
  );
});

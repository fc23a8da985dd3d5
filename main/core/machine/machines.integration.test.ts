import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MachineCreateSchema, type AcceleratorName, type MachineCreate } from "#contract/machine.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createMachines, type Machines } from "./machines.ts";

const MiB = 1024 * 1024;
let home: string;
let ports: Ports;
let opened: Machines[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-m,a c-"));
  ports = await createNodePorts({ home });
  opened = [];
});
afterEach(async () => {
  const last = opened.at(-1);
  if (last !== undefined) for (const id of await ids()) await last.forceOff(id).catch(() => {});
  for (const machines of opened) await machines.close();
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

const root = (): string => join(home, "data", "machines");
const ids = (): Promise<string[]> => readdir(root());
const filesOf = (id: string): Promise<string[]> =>
  readdir(join(root(), id)).then((names) => names.toSorted());

interface World {
  machines: Machines;
  store: StateStore;
}

/** One copy of the app: its own state, the same folders. */
async function open(
  change: Partial<Ports> = {},
  accelerator: AcceleratorName = "tcg",
  firmware: { uefiCode: string | null; uefiVars: string | null } = { uefiCode: null, uefiVars: null },
): Promise<World> {
  const store = new StateStore();
  const machines = createMachines({
    ports: { ...ports, ...change },
    store,
    accelerator: () => Promise.resolve(accelerator),
    firmware: () => Promise.resolve(firmware),
  });
  opened.push(machines);
  await machines.load();
  return { machines, store };
}

const recipe = (change: Partial<MachineCreate> = {}) =>
  MachineCreateSchema.parse({
    name: `a, "quoted" one's 100%`,
    hardware: { cores: 1, memoryBytes: 64 * MiB, diskSizeBytes: 16 * MiB },
    ...change,
  });

/** What a machine that is off keeps, and nothing more. */
const atRest = ["disk.qcow2", "machine.json", "transcript.log"];

describe("a machine's life", () => {
  it("is made, started, refused a second start, reset, forced off and deleted, with an odd name and path", async () => {
    const { machines, store } = await open();
    const id = await machines.create(recipe());
    expect(await filesOf(id)).toEqual(atRest);
    expect(store.state.machines[id]).toMatchObject({ power: "off", transcriptBytes: 0, argv: [] });
    await machines.start(id);
    expect(store.state.machines[id]).toMatchObject({
      power: "running",
      accelerator: "tcg",
      reattached: false,
    });
    expect(machines.view(id).sshPort).toBeGreaterThan(1023);
    await expect(machines.start(id)).rejects.toMatchObject({ code: "machine-busy" });
    expect(() => machines.assertOff(id)).toThrow(/running/);
    await expect(machines.delete(id)).rejects.toMatchObject({ code: "machine-busy" });
    await machines.reset(id);
    await machines.forceOff(id);
    expect(machines.view(id)).toMatchObject({ power: "off", sshPort: null, lastError: null });
    expect(await filesOf(id)).toEqual([
      "disk.qcow2",
      "last-run.json",
      "machine.json",
      "qemu.log",
      "transcript.log",
    ]);
    expect(await readdir(ports.directories.runtime)).toEqual([]);
    await expect(machines.powerButton(id)).rejects.toMatchObject({ code: "machine-not-running" });
    await machines.delete(id);
    expect(await ids()).toEqual([]);
    expect(store.state.machines).toEqual({});
    expect(() => machines.view(id)).toThrow(/no machine/);
  });

  it("is started once when two copies of the app try together", async () => {
    const one = await open();
    const id = await one.machines.create(recipe());
    const two = await open();
    const results = await Promise.allSettled([one.machines.start(id), two.machines.start(id)]);
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const refused = results.find((result) => result.status === "rejected");
    expect(refused).toMatchObject({ reason: { code: "machine-busy" } });
    await one.machines.waitForPower(id, "running", { timeoutMs: 10_000 });
    await two.machines.waitForPower(id, "running", { timeoutMs: 10_000 });
    expect(one.machines.view(id).reattached).not.toBe(two.machines.view(id).reattached);
    await two.machines.forceOff(id);
    await one.machines.waitForPower(id, "off", { timeoutMs: 10_000 });
    expect(one.machines.view(id).lastError).toBeNull();
  });

  it("shows in one copy of the app what another one makes, changes and deletes", async () => {
    const one = await open();
    const two = await open();
    const id = await one.machines.create(recipe());
    const iso = join(home, "x.iso");
    await writeFile(iso, "no real one");
    await expect.poll(() => two.store.state.machines[id]?.power, { timeout: 5_000 }).toBe("off");
    await one.machines.insert(id, iso);
    await expect.poll(() => two.store.state.machines[id]?.isoPath, { timeout: 5_000 }).toBe(iso);
    await one.machines.delete(id);
    await expect.poll(() => two.store.state.machines[id], { timeout: 5_000 }).toBeUndefined();
  });

  it("changes its medium while it runs, and remembers", async () => {
    const { machines } = await open();
    const first = join(home, "first, disc.iso");
    const second = join(home, `second "disc".iso`);
    await writeFile(first, Buffer.alloc(MiB));
    await writeFile(second, Buffer.alloc(2 * MiB));
    const id = await machines.create(recipe({ isoPath: first }));
    await machines.start(id);
    await machines.eject(id);
    expect(machines.view(id).isoPath).toBeNull();
    await machines.eject(id); // nothing in it: no harm
    await machines.insert(id, second);
    await expect(machines.insert(id, join(home, "none.iso"))).rejects.toMatchObject({ code: "not-found" });
    await expect(machines.insert(id, "second.iso")).rejects.toMatchObject({ code: "bad-input" });
    expect(machines.view(id).isoPath).toBe(second);
    const record = JSON.parse(await readFile(join(root(), id, "machine.json"), "utf8")) as {
      isoPath: string;
    };
    expect(record.isoPath).toBe(second);
  });

  it("shows a medium that another copy of the app changes while it runs", async () => {
    const one = await open();
    const two = await open();
    const iso = join(home, "x.iso");
    await writeFile(iso, Buffer.alloc(MiB));
    const id = await one.machines.create(recipe());
    await one.machines.start(id);
    await expect.poll(() => two.machines.view(id).power, { timeout: 10_000 }).toBe("running");
    await two.machines.insert(id, iso);
    await expect.poll(() => one.machines.view(id).isoPath, { timeout: 5_000 }).toBe(iso);
  });

  it("stops within its limit even when QEMU does not obey", async () => {
    const { machines } = await open();
    const id = await machines.create(recipe());
    await machines.start(id);
    const { identity } = JSON.parse(await readFile(join(root(), id, "run.json"), "utf8")) as {
      identity: { pid: number; startToken: string };
    };
    await ports.processes.kill(identity, "SIGSTOP");
    const beforeMs = performance.now();
    await machines.forceOff(id);
    expect(performance.now() - beforeMs).toBeLessThan(6_000);
    expect(machines.view(id)).toMatchObject({ power: "off", lastError: null });
  });
});

describe("a start that cannot be", () => {
  it("names the missing QEMU and how to get it", async () => {
    const processes = { ...ports.processes, find: () => Promise.resolve(null) };
    const { machines } = await open({ processes });
    const id = await machines.create(recipe());
    await expect(machines.start(id)).rejects.toMatchObject({
      code: "tool-missing",
      message: expect.stringContaining("QEMU"),
      hint: expect.stringContaining("goldsmith setup"),
    });
    expect(machines.view(id)).toMatchObject({ power: "off", lastError: { code: "tool-missing" } });
    expect(await filesOf(id)).toEqual(atRest);
  });

  it("names the missing ISO, at creation and at start", async () => {
    const { machines } = await open();
    await expect(machines.create(recipe({ isoPath: "/nowhere/x.iso" }))).rejects.toMatchObject({
      code: "not-found",
    });
    await expect(machines.create(recipe({ isoPath: home }))).rejects.toMatchObject({ code: "bad-input" });
    expect(await ids()).toEqual([]);
    const iso = join(home, "gone.iso");
    await writeFile(iso, "x");
    const id = await machines.create(recipe({ isoPath: iso }));
    await rm(iso);
    await expect(machines.start(id)).rejects.toMatchObject({ code: "not-found" });
    await machines.eject(id);
    await machines.start(id);
    expect(machines.view(id).lastError).toBeNull();
  });

  it("names the missing UEFI firmware", async () => {
    const { machines } = await open();
    const hardware = { memoryBytes: 64 * MiB, diskSizeBytes: MiB, firmware: "uefi" } as const;
    const id = await machines.create(recipe({ hardware }));
    await expect(machines.start(id)).rejects.toMatchObject({ code: "tool-missing" });
    expect(await filesOf(id)).toEqual(atRest);
  });

  it("quotes QEMU when it ends at once, and leaves nothing behind", async () => {
    const { machines } = await open();
    const id = await machines.create(recipe());
    await writeFile(machines.diskPath(id), "this is no qcow2");
    await expect(machines.start(id)).rejects.toMatchObject({
      code: "machine-died",
      message: expect.stringMatching(/Image is not in qcow2 format/),
      details: { exitCode: 1, argv: expect.arrayContaining(["-nodefaults"]) },
    });
    expect(machines.view(id)).toMatchObject({
      power: "off",
      sshPort: null,
      lastError: { code: "machine-died" },
    });
    expect(await filesOf(id)).toEqual([
      ...atRest.slice(0, 1),
      "last-run.json",
      "machine.json",
      "qemu.log",
      "transcript.log",
    ]);
    expect(await readdir(ports.directories.runtime)).toEqual([]);
    const again = await open();
    expect(again.machines.view(id).lastError?.code).toBe("machine-died");
  });

  it("takes another SSH port when its own was taken in the last moment", async () => {
    const taken: Server[] = [];
    const spawnDetached: Ports["processes"]["spawnDetached"] = async (argv, options, onExit) => {
      const port = Number(/hostfwd=tcp:127\.0\.0\.1:(\d+)-/.exec(argv.join(" "))?.[1]);
      if (taken.length < 2) {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
        taken.push(server);
      }
      return await ports.processes.spawnDetached(argv, options, onExit);
    };
    const { machines } = await open({ processes: { ...ports.processes, spawnDetached } });
    const id = await machines.create(recipe());
    await machines.start(id);
    const ports_ = taken
      .map((server) => server.address())
      .map((address) => (address as { port: number }).port);
    expect(ports_).toHaveLength(2);
    expect(ports_).not.toContain(machines.view(id).sshPort);
    expect(machines.view(id)).toMatchObject({ power: "running", lastError: null });
    for (const server of taken) await new Promise((resolve) => server.close(resolve));
  });

  it("says that the disk is full and leaves no half machine", async () => {
    const run: Ports["processes"]["run"] = (argv, options) =>
      // A really full disk needs a mount; these are the words with which qemu-img answers one.
      ports.processes.run(
        ["sh", "-c", `echo "$0: x: No space left on device" >&2; exit 1`, ...argv],
        options,
      );
    const { machines } = await open({ processes: { ...ports.processes, run } });
    await expect(machines.create(recipe())).rejects.toMatchObject({ code: "disk-full" });
    expect(await ids()).toEqual([]);
  });

  it("can be cancelled while the accelerator is still being tried", async () => {
    const store = new StateStore();
    const machines = createMachines({
      ports,
      store,
      accelerator: (signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason as Error)),
        ),
      firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
    });
    opened.push(machines);
    await machines.load();
    const id = await machines.create(recipe());
    const stop = new AbortController();
    const start = machines.start(id, { signal: stop.signal });
    await machines.waitForPower(id, "starting", { timeoutMs: 1_000 });
    stop.abort();
    await expect(start).rejects.toMatchObject({ code: "cancelled" });
    expect(machines.view(id)).toMatchObject({ power: "off", lastError: null });
  });
});

describe("what was left by others", () => {
  it("leaves records of a newer version and damaged ones alone, and says so", async () => {
    const first = await open();
    const newer = await first.machines.create(recipe());
    const damaged = await first.machines.create(recipe());
    await first.machines.close();
    const newerText = JSON.stringify({ version: 2, surprise: true });
    await writeFile(join(root(), newer, "machine.json"), newerText);
    await writeFile(join(root(), damaged, "machine.json"), "{");
    const { store } = await open();
    expect(store.state.machines).toEqual({});
    expect(
      Object.values(store.state.notices)
        .map((notice) => notice.text)
        .join(),
    ).toMatch(/newer Goldsmith/);
    expect(Object.keys(store.state.notices)).toHaveLength(2);
    expect(await readFile(join(root(), newer, "machine.json"), "utf8")).toBe(newerText);
    expect((await stat(join(root(), damaged, "disk.qcow2"))).isFile()).toBe(true);
  });

  it("takes a run whose pid belongs to another process by now for dead, and says that it died", async () => {
    const first = await open();
    const id = await first.machines.create(recipe());
    await first.machines.start(id);
    await first.machines.close();
    const runPath = join(root(), id, "run.json");
    const run = JSON.parse(await readFile(runPath, "utf8")) as {
      identity: { pid: number; startToken: string };
    };
    await ports.processes.kill(run.identity, "SIGKILL");
    await expect.poll(() => ports.processes.isAlive(run.identity), { timeout: 5_000 }).toBe(false);
    run.identity.pid = process.pid;
    await writeFile(runPath, JSON.stringify(run));
    const { machines } = await open();
    expect(machines.view(id)).toMatchObject({ power: "off", lastError: { code: "machine-died" } });
    expect(await filesOf(id)).not.toContain("run.json");
    expect(await filesOf(id)).not.toContain("qemu.pid");
    await machines.start(id);
    expect(machines.view(id)).toMatchObject({ power: "running", lastError: null });
  });

  it("finds a QEMU whose starter was killed before it could write down the process", async () => {
    const first = await open();
    const id = await first.machines.create(recipe());
    await first.machines.start(id);
    await first.machines.close();
    const runPath = join(root(), id, "run.json");
    const run = JSON.parse(await readFile(runPath, "utf8")) as Record<string, unknown>;
    const starter = { pid: 999_999_999, startToken: "gone" };
    await writeFile(runPath, JSON.stringify({ ...run, identity: null, starter }));
    const { machines } = await open();
    expect(machines.view(id)).toMatchObject({ power: "running", reattached: true });
  });

  it("removes what a killed creation has left, and not what a living one is making", async () => {
    const first = await open();
    await first.machines.close();
    const dead = join(root(), ".new-999999999-abc");
    const living = join(root(), `.new-${process.pid}-abc`);
    await copyFile("/dev/null", join(root(), "a-file"));
    for (const path of [dead, living]) await ports.processes.run(["mkdir", path]);
    await open();
    expect((await ids()).toSorted()).toEqual([`.new-${process.pid}-abc`, "a-file"]);
  });
});

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MachineCreateSchema } from "#contract/machine.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { createDoctor } from "#core/doctor/doctor.ts";
import { StateStore } from "#core/state-store.ts";
import { microImage, microLogin, miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createMachines, type Machines } from "./machines.ts";

const MiB = 1024 * 1024;
/** Boots take 7 s on two idle cores; other tests may be running. */
const bootMs = 180_000;
const soonMs = 30_000;

let home: string;
let ports: Ports;
let machines: Machines;
let other: Machines;

function open(): Machines {
  return createMachines({
    ports,
    store: new StateStore(),
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => createDoctor({ ports, store: new StateStore() }).firmware(),
  });
}

const recipe = (isoPath: string | null = null) =>
  MachineCreateSchema.parse({
    name: "real guest",
    isoPath,
    hardware: { memoryBytes: 256 * MiB, diskSizeBytes: 1024 * MiB },
  });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-guest-"));
  ports = await createNodePorts({ home });
  machines = open();
  other = open();
  await machines.load();
  await other.load();
});
afterAll(async () => {
  for (const id of await readdir(join(home, "data", "machines"))) await machines.forceOff(id);
  await machines.close();
  await other.close();
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

/** A process of its own that starts the machine, says so, and then only waits: what a killed app was. */
async function startInAnotherProcess(id: string): Promise<{ kill: () => Promise<void> }> {
  const program = `
    import { createMachines } from "#core/machine/machines.ts";
    import { StateStore } from "#core/state-store.ts";
    import { createNodePorts } from "#system/node-ports.ts";
    const ports = await createNodePorts({ home: ${JSON.stringify(home)} });
    const machines = createMachines({ ports, store: new StateStore(), accelerator: async () => "tcg",
      firmware: async () => ({ uefiCode: null, uefiVars: null }) });
    await machines.load();
    await machines.start(${JSON.stringify(id)});
    process.stdout.write("started\\n");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await Promise.race([
    new Promise((resolve) => child.stdout.once("data", resolve)),
    exited.then(() => {
      throw new Error("The starter ended by itself");
    }),
  ]);
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function login(session: ConsoleSession): Promise<void> {
  await session.waitFor("login: ", { timeoutMs: bootMs });
  await session.line(microLogin.user);
  await session.waitFor("Password: ", { timeoutMs: soonMs });
  await session.line(microLogin.password);
  await session.waitFor(/# $/, { timeoutMs: soonMs });
}

describe("a real guest", () => {
  let id: string;
  beforeAll(async () => {
    id = await machines.create(recipe());
    await copyFile(await microImage(), machines.diskPath(id));
  });

  it("goes on when the process that started it is killed; the next one has its whole transcript", async () => {
    const starter = await startInAnotherProcess(id);
    await machines.waitForPower(id, "running", { timeoutMs: soonMs });
    await using watching = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
    await watching.waitFor(/\S/, { timeoutMs: bootMs });
    await starter.kill();
    const atKill = await readFile(join(home, "data", "machines", id, "transcript.log"));
    const next = open();
    await next.load();
    expect(next.view(id)).toMatchObject({ power: "running", reattached: true, accelerator: "tcg" });
    expect(next.view(id).argv).toContain("-nodefaults");
    await using session = await ConsoleSession.attach(next.console(id), { fromByte: 0 });
    await login(session);
    const stop = new AbortController();
    const pieces: Uint8Array[] = [];
    for await (const piece of next.console(id).read(0, stop.signal)) {
      pieces.push(piece);
      if (Buffer.concat(pieces).includes("login: ")) stop.abort();
    }
    const seen = Buffer.concat(pieces);
    expect(atKill.length).toBeGreaterThan(0);
    expect(seen.subarray(0, atKill.length).equals(atKill)).toBe(true);
    expect(seen.length).toBeGreaterThan(atKill.length);
    await next.close();
  });

  it("takes 20 kB through a cooked terminal without loss", async () => {
    await using session = await ConsoleSession.attach(machines.console(id));
    const lines = Array.from({ length: 400 }, (_, i) => `${`line ${i} `.padEnd(49, "abcdefghij")}\n`);
    const text = lines.join("");
    const sum = createHash("md5").update(text).digest("hex");
    expect(text.length).toBe(20_000);
    await session.line("stty -echo; cat > /tmp/file; stty echo; md5sum /tmp/file; echo 'it''s all'");
    await session.waitFor("it''s all'", { timeoutMs: soonMs });
    await session.type(text);
    await session.type("\u0004");
    const match = await session.waitFor(/([0-9a-f]{32}) +\/tmp\/file\n[^]*its all/, { timeoutMs: soonMs });
    expect(match[1]).toBe(sum);
  });

  it("delivers what was typed in the last moment before the app closes", async () => {
    const leaving = open();
    await leaving.load();
    const text = `${"typed and gone ".repeat(60)}\n`.repeat(20);
    await leaving.console(id).write("cat > /tmp/last\n");
    await leaving.console(id).write(`${text}\u0004`);
    await leaving.close();
    await using session = await ConsoleSession.attach(machines.console(id));
    await session.line("md5sum /tmp/last");
    const match = await session.waitFor(/([0-9a-f]{32}) +\/tmp\/last/, { timeoutMs: soonMs });
    expect(match[1]).toBe(createHash("md5").update(text).digest("hex"));
  });

  it("is steered by two copies of the app: both type, both see it stop", async () => {
    await using session = await ConsoleSession.attach(machines.console(id));
    await machines.console(id).write("echo from-$((1+1)) one\n");
    await session.waitFor("from-2 one", { timeoutMs: soonMs });
    await other.console(id).write("echo from-$((2+1)) other\n");
    await session.waitFor("from-3 other", { timeoutMs: soonMs });
    await other.powerButton(id);
    await machines.waitForPower(id, "off", { timeoutMs: soonMs });
    await other.waitForPower(id, "off", { timeoutMs: soonMs });
    expect(machines.view(id).lastError).toBeNull();
    expect(other.view(id).lastError).toBeNull();
  });

  it("says that it died when QEMU is killed", async () => {
    await machines.start(id);
    const run = JSON.parse(await readFile(join(home, "data", "machines", id, "run.json"), "utf8")) as {
      identity: { pid: number; startToken: string };
    };
    await ports.processes.kill(run.identity, "SIGKILL");
    await machines.waitForPower(id, "off", { timeoutMs: soonMs });
    expect(machines.view(id).lastError).toMatchObject({ code: "machine-died" });
    await other.waitForPower(id, "off", { timeoutMs: soonMs });
    expect(other.view(id).lastError).toMatchObject({ code: "machine-died" });
  });
});

/** Two boots and an installation; under load each takes minutes. */
const installMs = 3 * bootMs;

describe("an installer", () => {
  it(
    "starts from the CD on a blank disk, and what it installs starts by itself with the CD still in",
    async () => {
      const id = await machines.create(recipe(await miniInstallerIso()));
      await machines.start(id);
      await machines.waitForPower(id, "off", { timeoutMs: bootMs });
      expect(machines.view(id).lastError).toBeNull();
      const installedBytes = await machines.console(id).transcriptBytes();
      expect(installedBytes).toBeGreaterThan(0);
      await machines.start(id);
      await using session = await ConsoleSession.attach(machines.console(id), { fromByte: installedBytes });
      await login(session);
      const iso = machines.view(id).isoPath ?? "";
      const read = "dd if=/dev/sr0 of=/dev/null bs=2048 count=1 2>&1; echo read-$?";
      await session.line(read);
      await session.waitFor("read-0", { timeoutMs: soonMs });
      await machines.eject(id);
      await session.line(read);
      await session.waitFor("read-1", { timeoutMs: soonMs });
      await machines.insert(id, iso);
      await session.line(`sleep 1; ${read}`);
      await session.waitFor("read-0", { timeoutMs: soonMs });
      await machines.forceOff(id);
    },
    installMs,
  );

  it(
    "starts from the CD on a blank virtio-blk disk under UEFI too",
    async () => {
      const { hardware, ...rest } = recipe(await miniInstallerIso());
      const uefi = { ...hardware, firmware: "uefi", diskBus: "virtio-blk" } as const;
      const id = await machines.create({ ...rest, hardware: uefi });
      await machines.start(id);
      expect((await stat(join(home, "data", "machines", id, "efivars.fd"))).size).toBeGreaterThan(0);
      await using session = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
      await session.waitFor("Install MicroCloud", { timeoutMs: bootMs });
      await machines.forceOff(id);
      expect(machines.view(id).lastError).toBeNull();
    },
    installMs,
  );
});

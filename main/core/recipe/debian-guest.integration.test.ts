import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RecipeStep } from "#contract/recipe-document.ts";
import {
  dropBackup,
  followBackup,
  liveDiskBytes,
  prepareBackup,
  startBackup,
} from "#core/capture/live-backup.ts";
import { createChecks } from "#core/check/checks.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { createDoctor } from "#core/doctor/doctor.ts";
import { createImportDiskJob } from "#core/duplicate/import-disk-job.ts";
import { createGuestAccess, type GuestAccess } from "#core/guest/guest-access.ts";
import { createJobs, type Jobs } from "#core/job/runner.ts";
import { createMachines, type Machines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import { debianCloudImage } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { profiles } from "#providers/profiles.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { runStep, type StepWorld } from "./run-step.ts";
import { servePackage } from "./testing/package-server.ts";

/** One boot for all of it: a whole Debian with cloud-init, apt and the real guest agent. */
const bootMs = 480_000;
const soonMs = 60_000;

let home: string;
let ports: Ports;
let store: StateStore;
let machines: Machines;
let jobs: Jobs;
let guest: GuestAccess;
let id: string;
let session: ConsoleSession;
const { signal } = new AbortController();

async function seed(publicKey: string): Promise<string> {
  const tree = join(home, "seed");
  await mkdir(tree);
  await writeFile(join(tree, "meta-data"), "instance-id: iid-1\nlocal-hostname: seeded\n");
  const user = [
    "#cloud-config",
    "disable_root: false",
    `ssh_authorized_keys: ["${publicKey}"]`,
    "runcmd: [[sh, -c, 'echo seed-was-read by $(hostname) > /dev/ttyS0']]",
  ];
  await writeFile(join(tree, "user-data"), `${user.join("\n")}\n`);
  const path = join(home, "seed.iso");
  await ports.processes.run([
    "xorriso",
    "-as",
    "mkisofs",
    "-quiet",
    "-o",
    path,
    "-V",
    "cidata",
    "-J",
    "-R",
    tree,
  ]);
  return path;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-debian-"));
  ports = await createNodePorts({ home });
  store = new StateStore();
  machines = createMachines({
    ports,
    store,
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => createDoctor({ ports, store: new StateStore() }).firmware(),
  });
  jobs = createJobs({ ports, store });
  guest = createGuestAccess({ ports, machines, folder: join(home, "guests") });
  await machines.load();
  const hardware = { firmware: "uefi" } as const;
  const input = { path: await debianCloudImage(), name: "debian", linked: true, hardware };
  const imported = await jobs.waitFor(await jobs.start(createImportDiskJob({ ports, machines }), input));
  ({ machineId: id } = imported.result as { machineId: string });
  await machines.insert(id, await seed(await guest.publicKey(id)));
  await machines.start(id);
  session = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
}, 900_000); // builds the image from packages where it is not there yet
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  for (const one of await readdir(join(home, "data", "machines"))) await machines.forceOff(one);
  await jobs.close();
  await machines.close();
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

function step(one: RecipeStep): Promise<void> {
  const world: StepWorld = {
    machines,
    guest,
    machineId: id,
    session: () => Promise.resolve(session),
    folder: home,
    signal,
    onMessage: () => {},
    onProgress: () => {},
    isSecret: () => false,
    channel: "ssh",
  };
  return runStep(one, world);
}

async function run(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await guest.run(id, script, { signal, timeoutMs: soonMs });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

const written = async (): Promise<number> => Number(await run("cat /root/count"));

describe("a Debian guest", { timeout: bootMs }, () => {
  it("boots with UEFI, and cloud-init takes host name, key and commands from a seed", async () => {
    await session.waitFor("seed-was-read by seeded", { timeoutMs: bootMs });
    await step({ name: "login", value: { user: "root", over: "ssh" } });
    expect((await run("hostname; cloud-init query ds.meta_data.instance_id; id -u")).split("\n")).toEqual(
      expect.arrayContaining(["seeded", "0"]),
    );
  });

  it("tells by its agent what it is and where it is reached, also when the agent comes late", async () => {
    const known = {
      agentVersion: expect.stringMatching(/^\d+\.\d+/),
      addresses: expect.arrayContaining(["10.0.2.15"]),
    };
    await expect.poll(() => machines.view(id), { timeout: soonMs }).toMatchObject(known);
    await run("systemctl stop qemu-guest-agent");
    await expect
      .poll(() => machines.view(id), { timeout: soonMs })
      .toMatchObject({ agentVersion: null, addresses: [] });
    await run("systemctl start qemu-guest-agent");
    await expect.poll(() => machines.view(id), { timeout: soonMs }).toMatchObject(known);
  });

  it("gets packages by a recipe's step", async () => {
    await using server = await servePackage("a-test-of-goldsmith", home, ports.processes);
    await run(`rm -rf /etc/apt/sources.list*; echo '${server.source}' > /etc/apt/sources.list`);
    await step({ name: "packages", value: ["a-test-of-goldsmith"] });
    expect(await run("cat /usr/share/a-test-of-goldsmith")).toBe("installed\n");
    const wanted = { names: ["there-is-none"], update: false };
    await expect(step({ name: "packages", value: wanted })).rejects.toMatchObject({
      code: "tool-failed",
      message: expect.stringMatching(/^Installing there-is-none ended with code \d+: E: Unable to locate/),
      details: { output: expect.stringContaining("there-is-none") },
    });
  });

  it("holds its filesystems still for a copy of its disk while it writes, and goes on", async () => {
    const write = "dd if=/dev/urandom of=/root/file bs=64k count=16 conv=fsync 2> /dev/null";
    await run(`(n=0; while ${write}; do n=$((n+1)); echo $n > /root/count; done) > /dev/null 2>&1 &`);
    const backup = {
      execute: machines.guest(id).execute,
      name: "still",
      targetPath: join(home, "still.qcow2"),
    };
    await prepareBackup(backup, ports.processes, await liveDiskBytes(backup.execute));
    const { frozen } = await machines.whileFrozen(id, () => startBackup(backup));
    await followBackup(backup, { signal, onProgress: () => {} });
    expect(frozen).toBe(true);
    const raw = join(home, "still.raw");
    await ports.processes.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", backup.targetPath, raw]);
    const { stdout } = await ports.processes.run(["dumpe2fs", "-h", `${raw}?offset=${75_776 * 512}`]);
    expect(stdout).toMatch(/Filesystem features: .*has_journal/);
    expect(stdout).not.toContain("needs_recovery"); // as of a filesystem that was unmounted
    await dropBackup(backup);
    await rm(raw);
    const before = await written();
    await expect.poll(written, { timeout: soonMs }).toBeGreaterThan(before);
  });

  it("goes on when its agent stops in the middle of that and comes back later", async () => {
    const pid = (await run("pidof qemu-ga")).trim();
    await run(`(sleep 2; kill -STOP ${pid}; sleep 16; kill -CONT ${pid}) > /dev/null 2>&1 &`);
    const startMs = performance.now();
    const done = await machines.whileFrozen(id, () => sleep(4_000, "done"));
    expect(done).toEqual({ value: "done", frozen: true });
    expect(performance.now() - startMs).toBeLessThan(20_000);
    const before = await written();
    await expect.poll(written, { timeout: soonMs }).toBeGreaterThan(before);
    expect(await readdir(join(home, "data", "machines", id))).not.toContain("frozen.json");
    const again = await machines.whileFrozen(id, () => Promise.resolve());
    expect(again.frozen).toBe(true);
  });

  it("is sealed, and shut down by its agent where nobody minds the button", async () => {
    await run(
      "mkdir -p /etc/systemd/logind.conf.d; printf '[Login]\\nHandlePowerKey=ignore\\n' > /etc/systemd/logind.conf.d/x.conf; systemctl restart systemd-logind",
    );
    await step({ name: "seal", value: null });
    await step({ name: "powerOff", value: { timeout: "3 min" } });
    expect(machines.view(id)).toMatchObject({
      power: "off",
      lastError: null,
      agentVersion: null,
      addresses: [],
    });
    const report = await createChecks({ ports, store, machines, images: null as never, profiles }).run(
      { kind: "machine", machineId: id },
      signal,
    );
    expect(report.error).toBeNull();
    const left = (report.verdicts.digitalocean?.findings ?? []).filter(
      ({ id: rule, level }) =>
        /^(identity|leftovers)\./.test(rule) && (level === "error" || level === "warning"),
    );
    expect(left.map(({ id: rule, where }) => `${rule} ${where}`)).toEqual([]);
  });
});

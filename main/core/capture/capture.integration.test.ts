import { copyFile, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { MachineCreateSchema, type MachineView } from "#contract/machine.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { createImportDiskJob } from "#core/duplicate/import-disk-job.ts";
import { createJobs, type Jobs } from "#core/job/runner.ts";
import { createImages, type Images } from "#core/library/images.ts";
import type { LiveGuest } from "#core/machine/machine-layers.ts";
import { createMachines, type Machines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import { microImage, microLogin } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createCaptureJob } from "./capture-job.ts";

const MiB = 1024 * 1024;
const bootMs = 180_000;
const soonMs = 30_000;

let home: string;
let ports: Ports;
let store: StateStore;
let machines: Machines;
let images: Images;
let jobs: Jobs;
let id: string;

const hardware = { memoryBytes: 256 * MiB, diskSizeBytes: 1024 * MiB };

/** One guest for all: it writes to its disk without a pause from here on, and tells every tenth of a second that it lives. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-capture-"));
  ports = await createNodePorts({ home });
  store = new StateStore();
  images = createImages({ ports, store });
  machines = createMachines({
    ports,
    store,
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
  });
  jobs = createJobs({ ports, store });
  await machines.load();
  id = await machines.create(MachineCreateSchema.parse({ name: "busy", hardware }));
  await copyFile(await microImage(), machines.diskPath(id));
  await machines.start(id);
  await using session = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
  await logIn(session);
  const write = "dd if=/dev/urandom of=/root/file-$((n%16)) bs=64k count=16 conv=fsync 2>/dev/null";
  await session.line(`(n=0; while :; do ${write}; n=$((n+1)); echo $n > /root/count; done) &`);
  await session.line("(while :; do echo beat; sleep 0.1; done > /dev/ttyS0) &");
  await session.waitFor(/beat\s+beat/, { timeoutMs: soonMs });
}, 240_000);
afterAll(async () => {
  for (const one of await readdir(join(home, "data", "machines"))) await machines.forceOff(one);
  await jobs.close();
  await machines.close();
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

async function logIn(session: ConsoleSession): Promise<void> {
  await session.waitFor("login: ", { timeoutMs: bootMs });
  await session.line(microLogin.user);
  await session.waitFor("Password: ", { timeoutMs: soonMs });
  await session.line(microLogin.password);
  await session.waitFor(/# $/, { timeoutMs: soonMs });
}

/** The longest time without a sign of life of the guest while something is done, as the host sees it. */
async function longestSilence(
  work: () => Promise<unknown>,
): Promise<{ silenceMs: number; powers: string[] }> {
  const stop = new AbortController();
  const powers = new Set<string>();
  let [lastMs, silenceMs] = [performance.now(), 0];
  const listening = (async () => {
    const from = await machines.console(id).transcriptBytes();
    for await (const piece of machines.console(id).read(from, stop.signal)) {
      if (piece.length === 0) continue;
      silenceMs = Math.max(silenceMs, performance.now() - lastMs);
      lastMs = performance.now();
    }
  })();
  const watching = (async () => {
    for await (const event of store.watch(stop.signal)) {
      const changes = event.type === "patch" ? event.changes : [];
      for (const { collection, value } of changes) {
        if (collection === "machines" && value !== null) powers.add((value as MachineView).power);
      }
    }
  })();
  await work();
  silenceMs = Math.max(silenceMs, performance.now() - lastMs);
  stop.abort();
  await Promise.all([listening, watching]);
  return { silenceMs, powers: [...powers] };
}

describe("the disk of a machine that runs and writes without a pause", () => {
  it("is let go of when the capture is cancelled, and nothing stays behind", async () => {
    const slowGuest = (machineId: string): LiveGuest => {
      const guest = machines.guest(machineId);
      const speed = (command: string) => (command === "blockdev-backup" ? { speed: MiB } : {});
      return {
        ...guest,
        execute: (command, given) => guest.execute(command, { ...given, ...speed(command) }),
      };
    };
    const job = createCaptureJob({ ports, images, machines: { ...machines, guest: slowGuest } });
    const before = images.all().length;
    const jobId = await jobs.start(job, { machineId: id, name: "never mind" });
    const underWay = (): Promise<unknown> => machines.guest(id).execute("query-jobs");
    await expect.poll(underWay, { timeout: soonMs }).toHaveLength(1);
    const checkpoint = { id: "x1", name: "x", note: "", stage: null, withMemory: false };
    await expect(machines.createCheckpoint(id, checkpoint)).rejects.toMatchObject({ code: "machine-busy" });
    const twice = await jobs.waitFor(await jobs.start(job, { machineId: id, name: "twice" }));
    expect(twice).toMatchObject({ status: "failed", error: { code: "machine-busy" } });
    expect(jobs.find(jobId)?.status).toBe("running");
    await jobs.cancel(jobId);
    expect(await jobs.waitFor(jobId)).toMatchObject({ status: "cancelled" });
    expect(await machines.guest(id).execute("query-jobs")).toEqual([]);
    expect(images.all()).toHaveLength(before);
    expect(await readdir(join(home, "data", "jobs", jobId))).not.toContain("disk.qcow2");
    expect(machines.view(id).power).toBe("running");
  });

  it("becomes an image: the guest never stops for a second, its filesystem is clean, it boots", async () => {
    const job = createCaptureJob({ ports, images, machines });
    let jobId = "";
    const { silenceMs, powers } = await longestSilence(async () => {
      jobId = await jobs.start(job, { machineId: id, name: "caught in the act" });
      await jobs.waitFor(jobId);
    });
    const view = jobs.find(jobId);
    expect(view).toMatchObject({ status: "succeeded", error: null });
    const { imageId } = z.object({ imageId: z.string() }).parse(view?.result);
    expect(silenceMs).toBeLessThan(1_000);
    expect(powers.filter((power) => power !== "running")).toEqual([]);

    await machines.forceOff(id);

    const image = images.view(imageId);
    expect(image).toMatchObject({
      name: "caught in the act",
      virtualBytes: 1024 * MiB,
      origin: { machineId: id },
    });
    expect(image.notes).toContain("power cut");
    expect(image.fileBytes).toBe((await stat(image.path)).size);
    expect(await readdir(join(home, "data", "jobs", jobId))).not.toContain("disk.qcow2");

    const raw = join(home, "captured.raw");
    const volume = join(home, "captured.ext4");
    await ports.processes.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", image.path, raw]);
    await ports.processes.run(["dd", `if=${raw}`, `of=${volume}`, "bs=1M", "skip=1", "conv=sparse"]);
    await ports.processes.run(["e2fsck", "-E", "journal_only", "-p", volume], { allowFailure: true });
    const check = await ports.processes.run(["e2fsck", "-f", "-n", volume]); // fails unless it finds nothing
    expect(check.code).toBe(0);
    for (const path of [raw, volume]) await rm(path);

    const importing = createImportDiskJob({ ports, machines });
    const input = { path: image.path, name: "again", linked: true, hardware: { memoryBytes: 256 * MiB } };
    const imported = await jobs.waitFor(await jobs.start(importing, input));
    const { machineId } = imported.result as { machineId: string };
    await machines.start(machineId);
    await using session = await ConsoleSession.attach(machines.console(machineId), { fromByte: 0 });
    await logIn(session);
    await session.line("cat /root/count");
    expect(Number((await session.waitFor(/\n(\d+)\s/, { timeoutMs: soonMs }))[1])).toBeGreaterThan(0);
    await machines.forceOff(machineId);
  });

  it("cannot be captured when the machine is off: its disk can be compacted then", async () => {
    expect(machines.view(id).power).toBe("off");
    const job = createCaptureJob({ ports, images, machines });
    const view = await jobs.waitFor(await jobs.start(job, { machineId: id, name: "x" }));
    expect(view).toMatchObject({ status: "failed", error: { code: "machine-not-running" } });
  });
});

import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCompactJob } from "#core/compact/compact-job.ts";
import { createDuplicateJob } from "#core/duplicate/duplicate-job.ts";
import { createImportDiskJob } from "#core/duplicate/import-disk-job.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { createJobs, type Jobs } from "#core/job/runner.ts";
import { createImages } from "#core/library/images.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { newCheckpoint, openMachineWorld, type MachineWorld } from "./testing/machine-world.ts";

const MiB = 1024 * 1024;
let world: MachineWorld;
let jobs: Jobs;
let id: string;
beforeEach(async () => {
  world = await openMachineWorld(createNodePorts);
  jobs = createJobs({ ports: world.ports, store: world.store });
  id = await world.blank();
});
afterEach(async () => {
  await jobs.close();
  await world.close();
});

const machineOf = (result: unknown): string => (result as { machineId: string }).machineId;

async function duplicate(name: string, linked: boolean): Promise<string> {
  const job = createDuplicateJob({ machines: world.machines });
  const view = await jobs.waitFor(await jobs.start(job, { machineId: id, name, linked }));
  expect(view).toMatchObject({ status: "succeeded", error: null });
  return machineOf(view.result);
}

const importDisk = async (path: string, linked: boolean) => {
  const job = createImportDiskJob({ ports: world.ports, machines: world.machines });
  return await jobs.waitFor(await jobs.start(job, { path, name: "taken in", linked, hardware: {} }));
};

const hashOf = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

describe("a duplicate", () => {
  it("that is full has its own disk, uuid and network address", async () => {
    await world.write(id, 0, 1);
    await world.machines.createCheckpoint(id, newCheckpoint());
    await world.write(id, 1, 2);
    const copy = await duplicate("copy", false);
    expect(await world.checked(copy)).toEqual(["disk.qcow2"]);
    const disk = world.machines.diskPath(copy);
    expect([await world.holds(disk, 0, 1), await world.holds(disk, 1, 2)]).toEqual([true, true]);
    const records = await Promise.all(
      [id, copy].map(
        async (one) =>
          JSON.parse(await readFile(world.inFolder(one, "machine.json"), "utf8")) as Record<string, unknown>,
      ),
    );
    for (const key of ["uuid", "macAddress", "name"]) expect(records[0]?.[key]).not.toBe(records[1]?.[key]);
    await world.machines.delete(id);
    expect(await world.holds(disk, 0, 1)).toBe(true);
  });

  it("that is linked shares the layers, which then cannot be taken away", async () => {
    await world.write(id, 0, 1);
    const copy = await duplicate("web, two", true);
    await world.write(id, 0, 2);
    const [base] = world.machines.view(id).checkpoints;
    expect(base).toMatchObject({ name: "Base of web, two" });
    expect(await world.holds(world.machines.diskPath(copy), 0, 1)).toBe(true);
    expect((await stat(world.machines.diskPath(copy))).size).toBeLessThan(MiB);
    await expect(world.machines.delete(id)).rejects.toMatchObject({
      code: "image-in-use",
      message: expect.stringContaining("web, two"),
    });
    await expect(world.machines.deleteCheckpoint(id, base?.id ?? "")).rejects.toMatchObject({
      code: "image-in-use",
    });
    await world.machines.start(id);
    await world.machines.start(copy); // both at once, over one layer
    await world.write(copy, 1, 3);
    await world.machines.forceOff(copy);
    await world.machines.forceOff(id);
    expect(await world.holds(world.machines.diskPath(copy), 1, 3)).toBe(true);
    await world.machines.delete(copy);
    await world.machines.deleteCheckpoint(id, base?.id ?? "");
    expect(await world.holds(world.machines.diskPath(id), 0, 2)).toBe(true);
    await world.machines.delete(id);
  });
});

describe("a disk that exists", () => {
  it.each(["raw", "qcow2", "vmdk", "vpc", "vhdx", "vdi"])("as %s is taken in unchanged", async (format) => {
    const raw = join(world.home, "disk.raw");
    await writeFile(raw, Buffer.concat([Buffer.alloc(MiB, 7), Buffer.alloc(3 * MiB)]));
    const path = join(world.home, "a, disk");
    const options = format === "vpc" ? ["-o", "force_size=on"] : [];
    const convert = ["qemu-img", "convert", "-f", "raw", "-O", format, ...options, raw, path];
    await world.ports.processes.run(convert);
    const before = await hashOf(path);
    const view = await importDisk(path, false);
    expect(view).toMatchObject({ status: "succeeded", error: null });
    const copy = machineOf(view.result);
    expect(await world.holds(world.machines.diskPath(copy), 0, 7)).toBe(true);
    expect(world.machines.view(copy).hardware.diskSizeBytes).toBe(4 * MiB);
    expect(await hashOf(path)).toBe(before);
  });

  it("is unpacked on the way when it is packed, and cannot be built upon then", async () => {
    const raw = Buffer.alloc(4 * MiB);
    raw.fill(7, 0, MiB);
    const path = join(world.home, "disk.raw.gz");
    await writeFile(path, gzipSync(raw));
    const before = await hashOf(path);
    const view = await importDisk(path, false);
    expect(view).toMatchObject({ status: "succeeded", error: null });
    const copy = machineOf(view.result);
    expect(await world.holds(world.machines.diskPath(copy), 0, 7)).toBe(true);
    expect(world.machines.view(copy).hardware.diskSizeBytes).toBe(4 * MiB);
    expect(await importDisk(path, true)).toMatchObject({ status: "failed", error: { code: "bad-input" } });
    expect(await hashOf(path)).toBe(before);
  });

  it("is only built upon when linked, and never written", async () => {
    const path = join(world.home, "disk.raw");
    await writeFile(path, Buffer.alloc(4 * MiB, 7));
    const before = await hashOf(path);
    const view = await importDisk(path, true);
    const copy = machineOf(view.result);
    await world.machines.start(copy);
    await world.write(copy, 0, 8);
    await world.machines.createCheckpoint(copy, newCheckpoint());
    await world.machines.forceOff(copy);
    const disk = world.machines.diskPath(copy);
    expect([await world.holds(disk, 0, 8), await world.holds(disk, 1, 7)]).toEqual([true, true]);
    expect(await hashOf(path)).toBe(before);
    await rm(path);
    await expect(world.machines.start(copy)).rejects.toMatchObject({
      message: expect.stringContaining(path),
    });
  });

  it("that names other files is refused, and nothing is left", async () => {
    const path = join(world.home, "hostile.qcow2");
    const create = ["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", path];
    await world.ports.processes.run([...create, "1M"]);
    for (const linked of [false, true]) {
      expect(await importDisk(path, linked)).toMatchObject({
        status: "failed",
        error: { code: "image-refused" },
      });
    }
    expect(await readdir(join(world.home, "data", "machines"))).toEqual([id]);
  });
});

describe("a change", () => {
  it("of words is made at any time, of hardware only while it is off; a disk only grows", async () => {
    await world.machines.start(id);
    await world.machines.change(id, { name: "golden", notes: "two\nlines", tags: ["web"] });
    expect(world.machines.view(id)).toMatchObject({ name: "golden", notes: "two\nlines", tags: ["web"] });
    await expect(world.machines.change(id, { hardware: { cores: 2 } })).rejects.toMatchObject({
      code: "machine-busy",
    });
    await world.machines.suspend(id);
    await expect(world.machines.change(id, { hardware: { cores: 2 } })).rejects.toMatchObject({
      code: "machine-busy",
      message: expect.stringContaining("suspended"),
    });
    await world.machines.start(id);
    await world.machines.forceOff(id);
    await world.write(id, 15, 9);
    const small = await world.machines.createCheckpoint(id, newCheckpoint());
    await expect(world.machines.change(id, { hardware: { diskSizeBytes: 8 * MiB } })).rejects.toMatchObject({
      code: "bad-input",
    });
    await world.machines.change(id, { hardware: { cores: 2, diskSizeBytes: 32 * MiB } });
    expect(world.machines.view(id).hardware).toMatchObject({ cores: 2, diskSizeBytes: 32 * MiB });
    await world.write(id, 31, 5);
    const disk = world.machines.diskPath(id);
    expect([await world.holds(disk, 15, 9), await world.holds(disk, 31, 5)]).toEqual([true, true]);
    await world.open();
    expect(world.machines.view(id)).toMatchObject({ name: "golden", hardware: { cores: 2 } });
    await world.machines.restoreCheckpoint(id, small.id);
    expect(world.machines.view(id).hardware).toMatchObject({ cores: 2, diskSizeBytes: 16 * MiB });
  });

  it("of memory beyond the computer's own keeps it from starting unless it is meant so", async () => {
    const memoryBytes = Math.ceil(totalmem() / MiB + 1) * MiB;
    await world.machines.change(id, { hardware: { memoryBytes } });
    await expect(world.machines.start(id)).rejects.toMatchObject({
      code: "machine-busy",
      message: expect.stringMatching(/wants .*this computer has/),
    });
  });

  it("of a disk that another QEMU has open is said in words at the start", async () => {
    const argv = ["qemu-io", "-f", "qcow2", "-c", "sleep 60000", world.machines.diskPath(id)];
    const stop = new AbortController();
    const other = world.ports.processes.run(argv, { signal: stop.signal }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect(world.machines.start(id)).rejects.toMatchObject({
      code: "image-in-use",
      message: expect.stringContaining("in use by another QEMU"),
    });
    stop.abort();
    await other;
    await world.machines.start(id);
  });
});

describe("a disk in layers", () => {
  it("is checked and compacted as the whole that a guest sees", async () => {
    await world.write(id, 0, 1);
    await world.machines.createCheckpoint(id, newCheckpoint());
    await world.write(id, 1, 2);
    await world.machines.createCheckpoint(id, newCheckpoint());
    const layered = await world.machines.layeredDisk(id);
    expect(layered?.paths).toHaveLength(3);
    const { ports, store, machines } = world;
    const facts = await inspectImage(machines.diskPath(id), { ports }, { layered });
    expect(facts).toMatchObject({ format: "qcow2", virtualBytes: 16 * MiB });
    await expect(inspectImage(machines.diskPath(id), { ports })).rejects.toMatchObject({
      code: "image-refused",
    });
    const images = createImages({ ports, store });
    const job = createCompactJob({ ports, images, machines });
    const input = { subject: { kind: "machine", machineId: id } } as const;
    const view = await jobs.waitFor(await jobs.start(job, input));
    expect(view).toMatchObject({ status: "succeeded", error: null });
    const { path } = images.view((view.result as { imageId: string }).imageId);
    expect([await world.holds(path, 0, 1), await world.holds(path, 1, 2)]).toEqual([true, true]);
  });
});

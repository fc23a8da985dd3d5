import { access, readFile, stat, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { acquireLock } from "#core/library/owner-lock.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { newCheckpoint, openMachineWorld, type MachineWorld } from "./testing/machine-world.ts";

let world: MachineWorld;
let id: string;
beforeEach(async () => {
  world = await openMachineWorld(createNodePorts);
  id = await world.blank();
});
afterEach(() => world.close());

const holds = (atMiB: number, byte: number): Promise<boolean> =>
  world.holds(world.machines.diskPath(id), atMiB, byte);

async function expectSound(): Promise<void> {
  const layers = world.machines.view(id).checkpoints.map((one) => `layer-${one.id}.qcow2`);
  expect(await world.checked(id)).toEqual(["disk.qcow2", ...layers].toSorted());
}

describe("checkpoints", () => {
  it("of a machine that is off are returned to, and what came after is gone", async () => {
    await world.write(id, 0, 1);
    const first = await world.machines.createCheckpoint(id, newCheckpoint({ name: "first", note: "blank" }));
    expect(first).toMatchObject({ name: "first", note: "blank", parentId: null, withMemory: false });
    expect(first.diskBytes).toBeGreaterThanOrEqual(1024 * 1024);
    expect((await stat(world.inFolder(id, `layer-${first.id}.qcow2`))).mode & 0o777).toBe(0o444);
    await world.write(id, 1, 2);
    const second = await world.machines.createCheckpoint(id, newCheckpoint({ name: "second" }));
    expect(second.parentId).toBe(first.id);
    await world.write(id, 1, 3);
    await world.machines.restoreCheckpoint(id, first.id);
    expect(world.machines.view(id).currentCheckpointId).toBe(first.id);
    expect([await holds(0, 1), await holds(1, 0)]).toEqual([true, true]);
    await world.machines.restoreCheckpoint(id, second.id);
    expect([await holds(0, 1), await holds(1, 2)]).toEqual([true, true]);
    await expectSound();
    await expect(world.machines.restoreCheckpoint(id, "nothere")).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("of a running machine are taken twice without stopping it, and it starts again on them", async () => {
    await world.machines.start(id);
    await world.write(id, 0, 1);
    const first = await world.machines.createCheckpoint(id, newCheckpoint());
    await world.write(id, 0, 2);
    const second = await world.machines.createCheckpoint(id, newCheckpoint());
    await world.write(id, 0, 3);
    expect(world.machines.view(id)).toMatchObject({ power: "running", currentCheckpointId: second.id });
    await expect(world.machines.restoreCheckpoint(id, first.id)).rejects.toMatchObject({
      code: "machine-busy",
    });
    await expect(world.machines.deleteCheckpoint(id, first.id)).rejects.toMatchObject({
      code: "machine-busy",
    });
    await world.machines.forceOff(id);
    expect(await holds(0, 3)).toBe(true);
    expect(await world.holds(world.inFolder(id, `layer-${second.id}.qcow2`), 0, 2)).toBe(true);
    await world.machines.start(id);
    expect(world.machines.view(id).argv.join(" ")).toContain(`layer-${first.id}.qcow2`);
    await world.write(id, 1, 4);
    await world.machines.forceOff(id);
    await world.machines.restoreCheckpoint(id, first.id);
    expect([await holds(0, 1), await holds(1, 0)]).toEqual([true, true]);
    await expectSound();
  });

  it("are deleted from every place, and what builds on them keeps its data", async () => {
    const made: string[] = [];
    for (const byte of [1, 2, 3]) {
      await world.write(id, byte, byte);
      made.push((await world.machines.createCheckpoint(id, newCheckpoint())).id);
    }
    await world.write(id, 4, 4);
    const [first = "", second = "", third = ""] = made;
    for (const doomed of [second, first, third]) {
      await world.machines.deleteCheckpoint(id, doomed);
      for (const byte of [1, 2, 3, 4]) expect(await holds(byte, byte), `${byte}`).toBe(true);
      await expectSound();
    }
    expect(world.machines.view(id)).toMatchObject({ checkpoints: [], currentCheckpointId: null });
    await world.machines.start(id);
  });

  it("with memory let the guest go on where it was, as often as one likes", async () => {
    await world.machines.start(id);
    await world.write(id, 0, 1);
    const kept = await world.machines.createCheckpoint(id, newCheckpoint({ withMemory: true }));
    expect(kept.memoryBytes).toBeGreaterThan(100_000);
    expect(world.machines.view(id).power).toBe("running");
    await world.write(id, 0, 2);
    await world.machines.forceOff(id);
    for (let round = 0; round < 2; round++) {
      await world.machines.restoreCheckpoint(id, kept.id);
      expect(world.machines.view(id).suspended).toBe(true);
      expect(await holds(0, 1)).toBe(true);
      await world.machines.start(id);
      expect(world.machines.view(id)).toMatchObject({ power: "running", suspended: false });
      expect(world.machines.view(id).argv).toContain("defer");
      await world.machines.forceOff(id);
    }
    expect(world.store.state.notices).toEqual({});
    await expect(
      world.machines.createCheckpoint(id, newCheckpoint({ withMemory: true })),
    ).rejects.toMatchObject({
      code: "bad-input",
    });
    await expectSound();
  });
});

describe("two copies of the app", () => {
  it("see each other's checkpoints, and one keeps off while the other works on the disk", async () => {
    const one = world.machines;
    await one.start(id);
    const two = await world.open();
    const made = await one.createCheckpoint(id, newCheckpoint({ name: "by one" }));
    await expect.poll(() => two.view(id).checkpoints[0]?.name, { timeout: 5_000 }).toBe("by one");
    await one.forceOff(id);
    await two.waitForPower(id, "off", { timeoutMs: 5_000 });
    const release = await acquireLock(world.inFolder(id, "layers.lock"), world.ports.processes);
    await expect(two.start(id)).rejects.toMatchObject({ code: "machine-busy" });
    expect(two.view(id).power).toBe("off");
    await expect(two.restoreCheckpoint(id, made.id)).rejects.toMatchObject({ code: "already-exists" });
    await release();
    await two.restoreCheckpoint(id, made.id);
    await two.start(id);
    await one.waitForPower(id, "running", { timeoutMs: 5_000 });
  });

  it("do not start a machine on a disk whose change could not be finished", async () => {
    const made = await world.machines.createCheckpoint(id, newCheckpoint());
    await world.machines.close();
    const path = world.inFolder(id, "checkpoints.json");
    const record = JSON.parse(await readFile(path, "utf8")) as object;
    const pending = { kind: "restore", checkpointId: made.id, by: "a job" };
    await writeFile(path, JSON.stringify({ ...record, pending }));
    const noTool = { run: () => Promise.reject(new AppError("disk-full", "There is no room")) };
    await world.open({ processes: { ...world.ports.processes, ...noTool } });
    expect(Object.values(world.store.state.notices)[0]?.title).toContain("is not finished");
    await expect(world.machines.start(id)).rejects.toMatchObject({ code: "machine-busy" });
    await world.machines.close();
    await world.open();
    expect(Object.values(world.store.state.notices)[0]?.text).toContain("returning to a checkpoint, and has");
    await world.machines.start(id);
  });
});

describe("suspend", () => {
  it("puts the memory on disk, and the next start goes on", async () => {
    await world.machines.start(id);
    await world.machines.suspend(id);
    expect(world.machines.view(id)).toMatchObject({ power: "off", suspended: true, lastError: null });
    await world.machines.start(id);
    expect(world.machines.view(id)).toMatchObject({ power: "running", suspended: false });
    expect(await world.qmp(id, "query-status")).toMatchObject({ running: true });
    await expect(access(world.inFolder(id, "memory"))).rejects.toThrow("ENOENT");
    expect(world.store.state.notices).toEqual({});
  });

  it("throws the memory away when asked, and the next start boots; a checkpoint keeps its own", async () => {
    await expect(world.machines.discardMemory(id)).rejects.toMatchObject({ code: "bad-input" });
    await world.machines.start(id);
    const made = await world.machines.createCheckpoint(id, newCheckpoint({ withMemory: true }));
    await expect(world.machines.discardMemory(id)).rejects.toMatchObject({ code: "machine-busy" });
    await world.machines.forceOff(id);
    await world.machines.restoreCheckpoint(id, made.id);
    expect(world.machines.view(id).suspended).toBe(true);
    await world.machines.discardMemory(id);
    expect(world.machines.view(id)).toMatchObject({ power: "off", suspended: false });
    await expect(access(world.inFolder(id, "memory"))).rejects.toThrow("ENOENT");
    await world.machines.start(id);
    expect(world.machines.view(id).argv).not.toContain("defer");
    await world.machines.forceOff(id);
    await world.machines.restoreCheckpoint(id, made.id);
    expect(world.machines.view(id).suspended).toBe(true);
  });

  it("says so and boots when the memory does not fit the QEMU any more", async () => {
    await world.machines.start(id);
    await world.machines.suspend(id);
    const path = world.inFolder(id, "memory.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { machineType: string };
    await writeFile(path, JSON.stringify({ ...record, machineType: "pc-q35-99.0" }));
    await world.machines.start(id);
    expect(world.machines.view(id)).toMatchObject({ power: "running", suspended: false, lastError: null });
    expect(world.machines.view(id).argv).not.toContain("defer");
    const notices = Object.values(world.store.state.notices);
    expect(notices.map(({ text }) => text)).toEqual([
      expect.stringMatching(/memory does not fit.*does not know the board pc-q35-99.0.*boots from its disk/),
    ]);
    await world.machines.forceOff(id);
    await world.machines.start(id);
    await world.machines.suspend(id);
    await writeFile(world.inFolder(id, "memory"), "no memory");
    await world.machines.start(id);
    expect(world.machines.view(id)).toMatchObject({ power: "running", suspended: false, lastError: null });
    expect(Object.values(world.store.state.notices)[0]?.text).toMatch(/does not fit any more/);
  });
});

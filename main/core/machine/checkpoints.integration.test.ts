import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MachineCreateSchema } from "#contract/machine.ts";
import { newId } from "#core/library/new-id.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import type { NewCheckpoint } from "./machine-layers.ts";
import { createMachines, type Machines } from "./machines.ts";
import { qmpCommand } from "./qmp-client.ts";

/** A machine that never leaves its firmware; its disk is written and read by QEMU's own qemu-io. */

const MiB = 1024 * 1024;
let home: string;
let ports: Ports;
let store: StateStore;
let opened: Machines[];
let machines: Machines;
let id: string;

async function open(): Promise<Machines> {
  store = new StateStore();
  const next = createMachines({
    ports,
    store,
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
  });
  opened.push(next);
  await next.load();
  return next;
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-c,p "));
  ports = await createNodePorts({ home });
  opened = [];
  machines = await open();
  id = await machines.create(
    MachineCreateSchema.parse({
      name: "layered",
      hardware: { cores: 1, memoryBytes: 64 * MiB, diskSizeBytes: 16 * MiB },
    }),
  );
});
afterEach(async () => {
  await machines.forceOff(id).catch(() => {});
  for (const one of opened) await one.close();
  await rm(home, { recursive: true, force: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

const inFolder = (name: string): string => join(home, "data", "machines", id, name);
const wanted = (change: Partial<NewCheckpoint> = {}): NewCheckpoint => ({
  id: newId(),
  name: "a state",
  note: "",
  stage: null,
  withMemory: false,
  ...change,
});
const control = (): string => {
  const path = machines
    .view(id)
    .argv.map((arg) => /id=qmp-control,path=(.*),server=on/.exec(arg)?.[1])
    .find((found) => found !== undefined);
  if (path === undefined) throw new Error("not running");
  return path.replaceAll(",,", ",");
};

/** Fills the MiB at this place with a byte. */
async function write(atMiB: number, byte: number): Promise<void> {
  const command = `write -P ${byte} ${atMiB}M 1M`;
  if (machines.view(id).power === "off") {
    await ports.processes.run(["qemu-io", "-f", "qcow2", "-c", command, machines.diskPath(id)]);
    return;
  }
  const line = `qemu-io -d disk0 "${command}"`; // QEMU prints what came of it on its own stdout
  await qmpCommand(control(), "human-monitor-command", { "command-line": line });
}

/** What is at this place, of a machine that is off; qemu-io follows the headers. */
async function holds(atMiB: number, byte: number, path = machines.diskPath(id)): Promise<boolean> {
  const command = `read -P ${byte} ${atMiB}M 1M`;
  const { stdout } = await ports.processes.run(["qemu-io", "-r", "-f", "qcow2", "-c", command, path], {
    allowFailure: true,
  });
  expect(stdout).toContain("read 1048576/1048576");
  return !stdout.includes("Pattern verification failed");
}

async function expectSound(): Promise<void> {
  const names = (await readdir(inFolder("."))).filter((name) => name.endsWith(".qcow2"));
  const wantedNames = ["disk.qcow2", ...machines.view(id).checkpoints.map((one) => `layer-${one.id}.qcow2`)];
  expect(names.toSorted()).toEqual(wantedNames.toSorted());
  for (const name of names) await ports.processes.run(["qemu-img", "check", "-f", "qcow2", inFolder(name)]);
  expect(await readdir(ports.directories.runtime)).not.toContain(`${id}.mem`);
}

describe("checkpoints", () => {
  it("of a machine that is off are returned to, and what came after is gone", async () => {
    await write(0, 1);
    const first = await machines.createCheckpoint(id, wanted({ name: "first", note: "blank" }));
    expect(first).toMatchObject({ name: "first", note: "blank", parentId: null, withMemory: false });
    expect(first.diskBytes).toBeGreaterThanOrEqual(MiB);
    expect((await stat(inFolder(`layer-${first.id}.qcow2`))).mode & 0o777).toBe(0o444);
    await write(1, 2);
    const second = await machines.createCheckpoint(id, wanted({ name: "second" }));
    expect(second.parentId).toBe(first.id);
    await write(1, 3);
    await machines.restoreCheckpoint(id, first.id);
    expect(machines.view(id).currentCheckpointId).toBe(first.id);
    expect([await holds(0, 1), await holds(1, 0)]).toEqual([true, true]);
    await machines.restoreCheckpoint(id, second.id);
    expect([await holds(0, 1), await holds(1, 2)]).toEqual([true, true]);
    await expectSound();
    await expect(machines.restoreCheckpoint(id, "nothere")).rejects.toMatchObject({ code: "not-found" });
  });

  it("of a running machine are taken twice without stopping it, and it starts again on them", async () => {
    await machines.start(id);
    await write(0, 1);
    const first = await machines.createCheckpoint(id, wanted());
    await write(0, 2);
    const second = await machines.createCheckpoint(id, wanted());
    await write(0, 3);
    expect(machines.view(id)).toMatchObject({ power: "running", currentCheckpointId: second.id });
    await expect(machines.restoreCheckpoint(id, first.id)).rejects.toMatchObject({ code: "machine-busy" });
    await expect(machines.deleteCheckpoint(id, first.id)).rejects.toMatchObject({ code: "machine-busy" });
    await machines.forceOff(id);
    expect(await holds(0, 3)).toBe(true);
    expect(await holds(0, 2, inFolder(`layer-${second.id}.qcow2`))).toBe(true);
    await machines.start(id);
    expect(machines.view(id).argv.join(" ")).toContain(`layer-${first.id}.qcow2`);
    await write(1, 4);
    await machines.forceOff(id);
    await machines.restoreCheckpoint(id, first.id);
    expect([await holds(0, 1), await holds(1, 0)]).toEqual([true, true]);
    await expectSound();
  });

  it("are deleted from every place, and what builds on them keeps its data", async () => {
    const made: string[] = [];
    for (const byte of [1, 2, 3]) {
      await write(byte, byte);
      made.push((await machines.createCheckpoint(id, wanted())).id);
    }
    await write(4, 4);
    const [first = "", second = "", third = ""] = made;
    for (const doomed of [second, first, third]) {
      await machines.deleteCheckpoint(id, doomed);
      for (const byte of [1, 2, 3, 4]) expect(await holds(byte, byte), `${byte}`).toBe(true);
      await expectSound();
    }
    expect(machines.view(id)).toMatchObject({ checkpoints: [], currentCheckpointId: null });
    await machines.start(id);
  });

  it("with memory let the guest go on where it was, as often as one likes", async () => {
    await machines.start(id);
    await write(0, 1);
    const kept = await machines.createCheckpoint(id, wanted({ withMemory: true }));
    expect(kept.memoryBytes).toBeGreaterThan(100_000);
    expect(machines.view(id).power).toBe("running");
    await write(0, 2);
    await machines.forceOff(id);
    for (let round = 0; round < 2; round++) {
      await machines.restoreCheckpoint(id, kept.id);
      expect(machines.view(id).suspended).toBe(true);
      expect(await holds(0, 1)).toBe(true);
      await machines.start(id);
      expect(machines.view(id)).toMatchObject({ power: "running", suspended: false });
      expect(machines.view(id).argv).toContain("defer");
      await machines.forceOff(id);
    }
    expect(store.state.notices).toEqual({});
    await expect(machines.createCheckpoint(id, wanted({ withMemory: true }))).rejects.toMatchObject({
      code: "bad-input",
    });
    await expectSound();
  });
});

describe("suspend", () => {
  it("puts the memory on disk, and the next start goes on", async () => {
    await machines.start(id);
    await machines.suspend(id);
    expect(machines.view(id)).toMatchObject({ power: "off", suspended: true, lastError: null });
    await machines.start(id);
    expect(machines.view(id)).toMatchObject({ power: "running", suspended: false });
    const status = await qmpCommand(control(), "query-status");
    expect(status).toMatchObject({ running: true });
    await expect(access(inFolder("memory"))).rejects.toThrow("ENOENT");
  });

  it("says so and boots when the memory does not fit the QEMU any more", async () => {
    await machines.start(id);
    await machines.suspend(id);
    const path = inFolder("memory.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { machineType: string };
    await writeFile(path, JSON.stringify({ ...record, machineType: "pc-q35-99.0" }));
    await machines.start(id);
    expect(machines.view(id)).toMatchObject({ power: "running", suspended: false, lastError: null });
    expect(machines.view(id).argv).not.toContain("defer");
    const notices = Object.values(store.state.notices);
    expect(notices.map(({ text }) => text)).toEqual([
      expect.stringMatching(/memory does not fit.*does not know the board pc-q35-99.0.*boots from its disk/),
    ]);
    await machines.forceOff(id);
    await machines.start(id);
    await machines.suspend(id);
    await writeFile(inFolder("memory"), "no memory");
    await machines.start(id);
    expect(machines.view(id)).toMatchObject({ power: "running", suspended: false, lastError: null });
    expect(Object.values(store.state.notices)[0]?.text).toMatch(/does not fit any more/);
  });
});

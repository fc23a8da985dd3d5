import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HardwareSchema, type AcceleratorName } from "#contract/machine.ts";
import { writeJson } from "#core/library/json-file.ts";
import { StateStore } from "#core/state-store.ts";
import { GuestWatch } from "./guest-watch.ts";
import { machineFolder } from "./machine-folder.ts";
import type { RunRecord } from "./machine-record.ts";
import { MachineState } from "./machine-state.ts";

let root: string;
let store: StateStore;
let state: MachineState;
let watch: GuestWatch;
let seconds: number;
let resumed: number;
let recordChanges: number;
let asleepSeconds: number;
let slept: number[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "gs-watch-"));
  await writeFile(join(root, "disk.qcow2"), "");
  await writeFile(join(root, "transcript.log"), "before");
  seconds = 0;
  resumed = 0;
  recordChanges = 0;
  asleepSeconds = 0;
  slept = [];
  await writeFile(folder().record, "{}");
  store = new StateStore();
});
afterEach(async () => {
  await watch.close();
  await rm(root, { recursive: true });
});

const folder = () => {
  const full = machineFolder(root, "m");
  return {
    ...full,
    path: root,
    record: join(root, "machine.json"),
    disk: join(root, "disk.qcow2"),
    transcript: join(root, "transcript.log"),
  };
};

function open(accelerator: AcceleratorName): void {
  state = new MachineState(store, {
    id: "m",
    name: "web",
    notes: "",
    tags: [],
    install: null,
    installing: false,
    checkpoints: [],
    currentCheckpointId: null,
    suspended: false,
    addresses: [],
    agentVersion: null,
    recording: false,
    createdAt: new Date(0).toISOString(),
    hardware: HardwareSchema.parse({}),
    isoPath: null,
    diskPath: folder().disk,
    diskUsedBytes: 0,
    power: "running",
    accelerator,
    startedAt: new Date(0).toISOString(),
    reattached: false,
    transcriptBytes: 6,
    argv: [],
    sshPort: null,
    lastError: null,
    silentSinceMs: null,
  });
  const run: RunRecord = {
    version: 1,
    identity: { pid: 1, startToken: "1" },
    starter: { pid: 1, startToken: "1" },
    argv: [],
    sockets: { events: "e", control: "c", serial: "s", agent: "a", display: "a" },
    sshPort: 1024,
    accelerator,
    startedAt: new Date(0).toISOString(),
    transcriptStartByte: 6,
    logStartByte: 0,
    forced: false,
    direct: false,
    resumes: false,
  };
  const clock = {
    nowIso: () => new Date((seconds + asleepSeconds) * 1000).toISOString(),
    nowMs: () => seconds * 1000,
    sleep: () => Promise.resolve(),
  };
  const resume = (): Promise<void> => Promise.resolve(void (resumed += 1));
  watch = new GuestWatch({
    ports: { clock, log: { info() {}, warn() {} } },
    folder: folder(),
    state,
    run,
    resume,
    onRecordChange: () => (recordChanges += 1),
    onSlept: (sleptMs) => slept.push(sleptMs),
  });
}

/** The number of patches that the state has sent so far. */
async function patches(): Promise<number> {
  const stop = new AbortController();
  const events = store.watch(stop.signal);
  const { value } = await events.next();
  stop.abort();
  await events.return(undefined);
  return value?.seq ?? -1;
}

describe("GuestWatch", () => {
  it("notices that the computer has slept, and takes a slow clock for none", async () => {
    open("tcg");
    await watch.tick();
    seconds += 3_600;
    await watch.tick();
    expect(slept).toEqual([]);
    asleepSeconds += 7_200;
    await watch.tick();
    await watch.tick();
    expect(slept).toEqual([7_200_000]);
  });

  it("shows sizes when they change and sends nothing when they do not", async () => {
    open("tcg");
    await watch.tick();
    const before = await patches();
    await watch.tick();
    expect(await patches()).toBe(before);
    await appendFile(join(root, "transcript.log"), "after");
    await watch.tick();
    expect(state.view.transcriptBytes).toBe(11);
    expect(await patches()).toBe(before + 1);
  });

  it("doubts hardware acceleration after 20 s without a byte, until one comes", async () => {
    open("kvm");
    seconds = 19;
    await watch.tick();
    expect(state.view.silentSinceMs).toBeNull();
    seconds = 21;
    await watch.tick();
    expect(state.view.silentSinceMs).toBe(20_000);
    await appendFile(join(root, "transcript.log"), "!");
    await watch.tick();
    expect(state.view.silentSinceMs).toBeNull();
  });

  it("never doubts software emulation", async () => {
    open("tcg");
    seconds = 600;
    await watch.tick();
    expect(state.view.silentSinceMs).toBeNull();
  });

  it("hears of a record that was replaced", async () => {
    open("tcg");
    await watch.tick();
    await watch.tick();
    expect(recordChanges).toBe(0);
    await writeJson(folder().record, { new: true });
    await watch.tick();
    await watch.tick();
    expect(recordChanges).toBe(1);
  });

  it("takes a power button that the guest overlooked back after a while", async () => {
    open("tcg");
    watch.powerButtonPressed();
    seconds = 89;
    await watch.tick();
    expect(state.view.power).toBe("stopping");
    seconds = 91;
    await watch.tick();
    expect(state.view.power).toBe("running");
  });

  it("lets a guest go on that the full disk had paused, as soon as there is room", async () => {
    open("tcg");
    watch.diskError(true);
    expect(state.view).toMatchObject({ power: "paused", lastError: { code: "disk-full" } });
    await watch.tick(); // the folder for temporary files has room
    expect(resumed).toBe(1);
    expect(state.view.lastError).toBeNull();
    watch.diskError(false);
    await watch.tick();
    expect(resumed).toBe(1);
    expect(state.view).toMatchObject({ power: "paused", lastError: { code: "tool-failed" } });
    const before = await patches();
    watch.diskError(false); // a follower that asks finds the same again and again
    expect(await patches()).toBe(before);
    watch.runs();
    expect(state.view).toMatchObject({ power: "running", lastError: null });
  });
});

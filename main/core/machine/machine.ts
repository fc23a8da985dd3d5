import type { AcceleratorName, MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import type { ProcessIdentity } from "#ports/processes.ts";
import { transcriptSize } from "#core/console/transcript.ts";
import { diskUsedBytes } from "./disk-file.ts";
import { endRun } from "./end-run.ts";
import { findRun } from "./find-run.ts";
import { followRun, startFollowing, stopFollowing, type Following } from "./following.ts";
import { watchFolder } from "./folder-watch.ts";
import { askForShutdown } from "./guest-agent.ts";
import type { QemuExit } from "./launch-qemu.ts";
import { machineFolder, type MachineFolder } from "./machine-folder.ts";
import { LastRunSchema, MachineRecordSchema, type MachineRecord, type RunRecord } from "./machine-record.ts";
import { MachineLayers, type LiveGuest } from "./machine-layers.ts";
import { MachineNotices } from "./machine-notices.ts";
import { firstPicture, offPicture, pictureOf, runPicture } from "./machine-picture.ts";
import { MachineState } from "./machine-state.ts";
import { settleIncoming } from "./incoming-memory.ts";
import type { FirmwarePaths } from "./prepare-run.ts";
import { qmpCommand } from "./qmp-client.ts";
import { startedElsewhere, startRun } from "./start-run.ts";

export interface MachineDeps {
  readonly ports: Ports;
  readonly store: StateStore;
  readonly accelerator: (signal?: AbortSignal) => Promise<AcceleratorName>;
  readonly firmware: () => Promise<FirmwarePaths>;
}

const exitReportMs = 300;
const quitMs = 3_000;
const quitLookMs = 50;

/** One machine: its files, its QEMU if there is one, its picture in the state. What changes it goes one by one. */
export class Machine {
  readonly id: string;
  readonly folder: MachineFolder;
  readonly layers: MachineLayers;
  readonly notices: MachineNotices;
  readonly state: MachineState;
  readonly #deps: MachineDeps;
  #record: MachineRecord;
  #following: Following | null = null;
  #starting: AbortController | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #stopWatching = (): void => {};
  #closed = false;

  private constructor(id: string, deps: MachineDeps, record: MachineRecord, view: MachineView) {
    this.id = id;
    this.#deps = deps;
    this.#record = record;
    this.folder = machineFolder(deps.ports.directories.data, id);
    this.notices = new MachineNotices(id, deps);
    this.layers = new MachineLayers(id, this.folder.path, deps.ports);
    this.state = new MachineState(deps.store, view);
  }

  /** Answers null for a folder without `machine.json`; throws `newer-version` or `protocol` for a strange one. */
  static async open(id: string, deps: MachineDeps): Promise<Machine | null> {
    const folder = machineFolder(deps.ports.directories.data, id);
    const record = await readJson(folder.record, MachineRecordSchema);
    if (record === null) return null;
    const machine = new Machine(id, deps, record, await firstPicture(id, record, folder));
    machine.#watchFiles();
    await machine.reconcile();
    return machine;
  }

  get record(): MachineRecord {
    return this.#record;
  }

  /** The run's own sockets, also when another process started it. Throws `machine-not-running`. */
  running(): RunRecord {
    if (this.#following === null) {
      throw new AppError("machine-not-running", `${this.#record.name} is not running`);
    }
    return this.#following.run;
  }

  /** Brings the picture in line with the files, which another process may have changed. */
  reconcile(): Promise<void> {
    return this.#oneByOne(() => this.#reconcile());
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#assertStartable();
    const starting = new AbortController();
    this.#starting = starting;
    const signals = signal === undefined ? [starting.signal] : [starting.signal, signal];
    try {
      await this.#oneByOne(() => this.#start(AbortSignal.any(signals)));
    } finally {
      this.#starting = null;
    }
  }

  /** By the guest agent where there is one: it shuts down also where nobody minds the button. */
  async powerButton(): Promise<void> {
    const { agent } = this.running().sockets;
    const asked = this.state.view.agentVersion !== null && (await askForShutdown(agent));
    if (!asked) await this.control("system_powerdown");
    this.#following?.watch.powerButtonPressed();
  }

  async reset(): Promise<void> {
    if (!this.running().direct) return void (await this.control("system_reset"));
    await this.forceOff();
    await this.start();
  }

  /** One QMP command. Throws `machine-not-running`, `tool-failed`, `timeout`. */
  control(command: string, commandArguments: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return qmpCommand(this.running().sockets.control, command, commandArguments);
  }

  /** What is running, for work on its disk or memory; null while it is off. */
  guest(): LiveGuest | null {
    if (this.#following === null) return null;
    const { run } = this.#following;
    const hasAgent = this.state.view.agentVersion !== null;
    return { run, hasAgent, execute: (command, given) => this.control(command, given) };
  }

  /** Work on the files of a machine that is off; no start comes in between. */
  whileOff<T>(work: () => Promise<T>): Promise<T> {
    return this.#oneByOne(async () => {
      await this.#reconcile();
      const { name, power } = this.state.view;
      if (power !== "off") throw new AppError("machine-busy", `${name} is ${power}`);
      try {
        return await work();
      } finally {
        await this.#settleLayers();
      }
    });
  }

  /** Work on the layers, running or not; the picture follows. */
  changeLayers(work: (guest: LiveGuest | null) => Promise<void>): Promise<void> {
    return this.#oneByOne(async () => {
      try {
        await work(this.guest());
      } finally {
        await this.#showLayers();
      }
    });
  }

  async #showLayers(): Promise<void> {
    const view = await this.layers.view();
    const same = JSON.stringify(view.checkpoints) === JSON.stringify(this.state.view.checkpoints);
    this.state.update(same ? { ...view, checkpoints: this.state.view.checkpoints } : view);
  }

  /** Asks QEMU to quit, then kills exactly that process. Resolves when its end is booked. */
  async forceOff(): Promise<void> {
    this.#starting?.abort();
    await this.#oneByOne(async () => {});
    await this.quit();
  }

  /** The same without waiting for a start to end. */
  async quit(): Promise<void> {
    const following = this.#following;
    if (following === null) return;
    const { processes, clock } = this.#deps.ports;
    await writeJson(this.folder.run, { ...following.run, forced: true }).catch(
      (error: unknown) => this.#warn("It cannot be written down that a machine is forced off", error), // a full disk must not keep it on
    );
    const { control } = following.run.sockets;
    const asked = qmpCommand(control, "quit", {}, { timeoutMs: quitMs }).catch(() => {}); // else it is killed
    const deadlineMs = clock.nowMs() + quitMs;
    while (await processes.isAlive(following.identity)) {
      if (clock.nowMs() >= deadlineMs) await processes.kill(following.identity, "SIGKILL");
      await clock.sleep(quitLookMs);
    }
    await asked;
    await following.follower.look();
    await this.#oneByOne(async () => {});
  }

  /** Changes `machine.json`; `whileRunning` does the same to a running QEMU first. */
  async setIso(isoPath: string | null, whileRunning: () => Promise<unknown>): Promise<void> {
    await this.#oneByOne(async () => {
      if (this.#following !== null) await whileRunning();
      await this.writeRecord({ isoPath });
    });
  }

  /** Changes `machine.json`. */
  changeRecord(change: Partial<MachineRecord>): Promise<void> {
    return this.#oneByOne(() => this.writeRecord(change));
  }

  /** For work that has its turn already. */
  async writeRecord(change: Partial<MachineRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await writeJson(this.folder.record, this.#record);
    this.state.update(pictureOf(this.#record));
  }

  /** Lets go; the guest goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#starting?.abort();
    await this.#oneByOne(() => this.#unfollow());
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #assertStartable(): void {
    if (this.#starting === null && this.state.view.power === "off") return;
    throw new AppError(
      "machine-busy",
      `${this.#record.name} is ${this.#starting ? "starting" : "running"} already`,
      {
        hint: "It need not be started again.",
      },
    );
  }

  async #reconcile(): Promise<void> {
    if (this.#closed) return;
    const record = await readJson(this.folder.record, MachineRecordSchema);
    if (record !== null) {
      this.#record = record;
      this.state.update(pictureOf(record));
    }
    if (this.#following === null) await this.#findRun();
    await this.#settleLayers();
  }

  /** Finishes what a killed process has begun with disk or memory. */
  async #settleLayers(): Promise<void> {
    const guest = this.guest();
    if (guest === null && this.state.view.power !== "off") return; // another process starts it
    try {
      if (guest !== null) await settleIncoming(guest, this.layers, this.#deps.ports.processes);
      const found = await this.layers.settle(guest);
      if (found !== null) this.notices.found(this.#record.name, found);
      if (guest === null) await this.#learnDiskSize();
    } catch (error) {
      const isEnding = guest !== null && AppError.from(error).code === "machine-not-running";
      if (!isEnding) this.notices.unsettled(this.#record.name, error);
    }
    await this.#showLayers();
  }

  /** The disk is as large as its header says: a return to a checkpoint may have made it smaller. */
  async #learnDiskSize(): Promise<void> {
    const size = await this.layers.virtualBytes();
    if (size === null || size === this.#record.hardware.diskSizeBytes) return;
    await this.writeRecord({ hardware: { ...this.#record.hardware, diskSizeBytes: size } });
  }

  async #findRun(): Promise<void> {
    const { processes } = this.#deps.ports;
    const found = await findRun({ processes, folder: this.folder, uuid: this.#record.uuid });
    if (found.kind === "running") await this.#follow(found.run, found.identity, null);
    else if (found.kind === "starting") this.#show(found.run, { power: "starting" });
    else if (found.kind === "dead") await this.#foundDead(found.run);
    else this.state.update(offPicture(await readJson(this.folder.lastRun, LastRunSchema)));
  }

  /** Nobody was there to see its end. */
  async #foundDead(run: RunRecord): Promise<void> {
    const wasInstalling = this.#record.installing;
    await this.#ended(run, { shutdownReason: null, exit: null });
    const handedOver = wasInstalling && !this.#record.installing;
    this.notices.endedUnseen(this.#record.name, this.state.view.lastError, handedOver);
  }

  async #start(signal: AbortSignal): Promise<void> {
    await this.#reconcile();
    if (this.state.view.power !== "off") throw startedElsewhere(this.#record.name);
    this.state.update({ power: "starting", lastError: null, silentSinceMs: null, reattached: false });
    try {
      const { ports, firmware, accelerator } = this.#deps;
      const { id, folder, layers } = this;
      const { run, identity, exited } = await startRun(
        {
          ports,
          firmware,
          id,
          folder,
          layers,
          record: this.#record,
          onRun: (next) => this.#show(next, { power: "starting" }),
          onMisfit: (reason) => this.notices.memoryGivenUp(this.#record.name, reason),
        },
        await accelerator(signal),
        signal,
      );
      await this.#follow(run, identity, exited);
      await this.#showLayers();
    } catch (error) {
      const failure = AppError.from(error);
      const noNews = failure.code === "cancelled" || failure.code === "machine-busy";
      const lastError = noNews ? null : failure.toWire();
      this.state.update({ power: "off", sshPort: null, lastError });
      throw failure;
    }
  }

  async #follow(run: RunRecord, identity: ProcessIdentity, exited: Promise<QemuExit> | null): Promise<void> {
    // A folder watcher would be told of every byte that the guest prints: while it runs, the record is polled.
    this.#stopWatching();
    const following = followRun(
      {
        ports: this.#deps.ports,
        folder: this.folder,
        state: this.state,
        execute: (command, given) => this.control(command, given),
        onRecordChange: () => this.#reconcileLater(),
        onSlept: (sleptMs) => this.notices.slept(this.#record.name, sleptMs),
        onThawed: () => this.notices.found(this.#record.name, "Its filesystems stood still; they go on now."),
        onEnd: (ended) =>
          void this.#oneByOne(() => this.#seeEnd(ended)).catch((error: unknown) =>
            this.#warn("A machine's end could not be booked", error),
          ),
      },
      run,
      { identity, exited },
    );
    this.#following = following;
    this.#show(run, { power: "running", reattached: exited === null });
    await startFollowing(following);
  }

  async #unfollow(): Promise<void> {
    const following = this.#following;
    this.#following = null;
    if (this.#closed) this.#stopWatching();
    else if (following !== null) this.#watchFiles();
    if (following !== null) await stopFollowing(following);
  }

  #watchFiles(): void {
    const matters = (name: string): boolean =>
      ["run.json", "machine.json", "checkpoints.json", "memory.json"].includes(name);
    const { log } = this.#deps.ports;
    this.#stopWatching = watchFolder(this.folder.path, matters, () => this.#reconcileLater(), log);
  }

  #reconcileLater(): void {
    this.reconcile().catch((error: unknown) =>
      this.#warn("A machine's files changed and cannot be read", error),
    );
  }

  async #seeEnd(following: Following): Promise<void> {
    if (this.#following !== following) return;
    const { run, shutdownReason, exited } = following;
    // The installer was asked to stop: what it had done by then is no whole system.
    const handsOver = !following.watch.stopping || shutdownReason === "guest-reset";
    await this.#unfollow();
    const late = this.#deps.ports.clock.sleep(exitReportMs).then(() => null);
    const exit = exited === null ? null : await Promise.race([exited, late]);
    await this.#ended(run, { shutdownReason, exit }, handsOver);
    const restarts = run.direct && !this.#record.installing && shutdownReason === "guest-reset";
    if (!restarts || this.#closed) return;
    this.start().catch((error: unknown) => this.#warn("An installed machine did not restart", error));
  }

  async #ended(
    run: RunRecord,
    seen: { shutdownReason: string | null; exit: QemuExit | null },
    handsOver = true,
  ): Promise<void> {
    const { clock } = this.#deps.ports;
    const onGoodEnd = async (): Promise<void> => {
      if (run.direct && handsOver) await this.writeRecord({ installing: false });
    };
    this.state.update(
      offPicture(await endRun({ clock, name: this.#record.name, folder: this.folder, onGoodEnd }, run, seen)),
    );
    this.state.update({
      transcriptBytes: await transcriptSize(this.folder.transcript),
      diskUsedBytes: await diskUsedBytes(this.folder.disk).catch(() => 0),
    });
  }

  #show(run: RunRecord, change: Partial<MachineView>): void {
    this.state.update({ ...runPicture(run), ...change });
  }

  #warn(message: string, error: unknown): void {
    this.#deps.ports.log.warn(message, { machine: this.id, message: AppError.from(error).message });
  }
}

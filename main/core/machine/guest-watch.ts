import { stat, statfs } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { diskUsedBytes } from "./disk-file.ts";
import { transcriptSize } from "#core/console/transcript.ts";
import type { MachineFolder } from "./machine-folder.ts";
import type { RunRecord } from "./machine-record.ts";
import type { MachineState } from "./machine-state.ts";

interface GuestWatchDeps {
  ports: Pick<Ports, "clock" | "log">;
  folder: MachineFolder;
  state: MachineState;
  run: RunRecord;
  /** QMP `cont`. */
  resume: () => Promise<void>;
  /** Another process has replaced `machine.json` or `checkpoints.json`. */
  onRecordChange: () => void;
  /** The computer was asleep (or its clock was set forward) for so long. */
  onSlept: (sleptMs: number) => void;
}

const tickMs = 500;
/** Firmware, boot loader and kernel all print within this time, also on a slow computer. */
const silenceMs = 20_000;
/** A guest that has not shut down by then has overlooked the button. */
const stoppingMs = 90_000;
/** The wall clock ran ahead of the steady one, which stands still while the computer sleeps, by more than drift. */
const sleptMs = 30_000;
/** So much room must be there before a guest that the full disk has paused goes on. */
const resumeFreeBytes = 256 * 1024 * 1024;

/** Looks after a running guest twice a second: sizes, signs of life, a shutdown under way, a full host disk. */
export class GuestWatch {
  readonly #deps: GuestWatchDeps;
  readonly #timer: NodeJS.Timeout;
  #ticking: Promise<void> | null = null;
  #stoppingSinceMs: number | null = null;
  #waitsForSpace = false;
  #recordSeen: string | null = null;
  #aheadMs: number | null = null;
  #closed = false;

  constructor(deps: GuestWatchDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.tick(), tickMs);
    this.#timer.unref();
  }

  get stopping(): boolean {
    return this.#stoppingSinceMs !== null;
  }

  /** The power button was pressed, by this process or another. */
  powerButtonPressed(): void {
    this.#stoppingSinceMs = this.#deps.ports.clock.nowMs();
    this.#deps.state.update({ power: "stopping" });
  }

  /** It goes on, whoever let it: this copy of the app, another one, or somebody at QEMU's monitor. */
  runs(): void {
    if (this.stopping) return;
    this.#waitsForSpace = false;
    this.#deps.state.update({ power: "running", lastError: null });
  }

  diskError(noSpace: boolean): void {
    const { state, folder } = this.#deps;
    this.#waitsForSpace = noSpace;
    const code = noSpace ? "disk-full" : "tool-failed";
    if (state.view.power === "paused" && state.view.lastError?.code === code) return;
    const error = noSpace
      ? new AppError(code, `${state.view.name} is paused: the disk that holds ${folder.disk} is full`, {
          hint: "Free some space on this computer; the machine then goes on by itself.",
          retry: "later",
        })
      : new AppError(code, `${state.view.name} is paused: ${folder.disk} cannot be read or written`, {
          hint:
            "Check the drive and its cable, or the network that it is reached by, and let the guest continue: what " +
            "failed is tried again. Should that not help, force it off.",
          retry: "later",
        });
    state.update({ power: "paused", lastError: error.toWire() });
  }

  tick(): Promise<void> {
    this.#ticking ??= this.#tick().finally(() => (this.#ticking = null));
    return this.#ticking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#ticking;
  }

  async #tick(): Promise<void> {
    const { ports, folder, state } = this.#deps;
    try {
      const sizes = {
        transcriptBytes: await transcriptSize(folder.transcript),
        diskUsedBytes: await diskUsedBytes(folder.disk),
      };
      this.#lookAtClock();
      if (this.#waitsForSpace) await this.#resumeWhenPossible();
      await this.#lookAtRecord();
      if (this.#closed) return;
      state.update({ ...sizes, silentSinceMs: this.#silentMs(sizes.transcriptBytes) });
      if (this.#stoppingSinceMs !== null && ports.clock.nowMs() - this.#stoppingSinceMs > stoppingMs) {
        this.#stoppingSinceMs = null;
        if (state.view.power === "stopping") state.update({ power: "running" });
      }
    } catch (error) {
      ports.log.warn("Cannot look after a machine", { message: AppError.from(error).message });
    }
  }

  /**
   * Software emulation is slow but never in doubt. The value stays at the limit: a figure that counts would
   * patch the state twice a second and tell no more.
   */
  #silentMs(transcriptBytes: number): number | null {
    const { run, ports } = this.#deps;
    if (run.accelerator === "tcg" || transcriptBytes > run.transcriptStartByte) return null;
    const sinceMs = Date.parse(ports.clock.nowIso()) - Date.parse(run.startedAt);
    return sinceMs >= silenceMs ? silenceMs : null;
  }

  #lookAtClock(): void {
    const { clock } = this.#deps.ports;
    const aheadMs = Date.parse(clock.nowIso()) - clock.nowMs();
    const jumpedMs = aheadMs - (this.#aheadMs ?? aheadMs);
    this.#aheadMs = aheadMs;
    if (jumpedMs > sleptMs) this.#deps.onSlept(jumpedMs);
  }

  /** Records are replaced, never rewritten: a new one is a new file. */
  async #lookAtRecord(): Promise<void> {
    const { record, checkpoints } = this.#deps.folder;
    const versions = await Promise.all([record, checkpoints].map(fileVersion));
    const seen = versions.join();
    if (this.#recordSeen !== null && this.#recordSeen !== seen) this.#deps.onRecordChange();
    this.#recordSeen = seen;
  }

  async #resumeWhenPossible(): Promise<void> {
    const { folder, state, resume } = this.#deps;
    const { bavail, bsize } = await statfs(folder.path);
    if (bavail * bsize < resumeFreeBytes) return;
    this.#waitsForSpace = false;
    state.update({ lastError: null });
    await resume();
  }
}

const fileVersion = (path: string): Promise<string> =>
  stat(path).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => "none",
  );

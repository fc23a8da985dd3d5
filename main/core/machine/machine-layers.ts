import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Checkpoint } from "#contract/checkpoint.ts";
import { HardwareSchema, type MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { LayeredDisk } from "#core/image/layered-disk.ts";
import { chainNode } from "#core/layers/chain-node.ts";
import { readOverlayHeader } from "#core/layers/overlay.ts";
import { diskChain, type ChainFile } from "#core/layers/disk-chain.ts";
import {
  layerFiles,
  noLayers,
  readLayers,
  writeLayers,
  type LayerFiles,
  type LayersRecord,
  type PendingChange,
  type StoredCheckpoint,
} from "#core/layers/layers-record.ts";
import {
  completeLayer,
  exists,
  finishChange,
  prepareLayer,
  settleLayers,
  takeBack,
  takeBackUnmoved,
} from "#core/layers/settle-layers.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import { acquireLock, lockOwner } from "#core/library/owner-lock.ts";
import type { Ports } from "#ports/ports.ts";
import { diskUsedBytes } from "./disk-file.ts";
import { whileFrozen } from "./frozen.ts";
import { dropOverlay, isOnOverlay, switchToOverlay } from "./live-layer.ts";
import { machineFolder } from "./machine-folder.ts";
import type { MachineRecord, RunRecord } from "./machine-record.ts";
import { MemoryRecordSchema, saveMemory, type MemoryRecord } from "./memory-file.ts";
import type { QmpExecute } from "./qmp-client.ts";

/** What a checkpoint is to be. `id`: chosen and journalled by the caller, so that asking again is no second one. */
export interface NewCheckpoint {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  /** The stage of a build after which it is made; null: a person's. */
  readonly stage: string | null;
  readonly withMemory: boolean;
}

/** A guest that runs, as far as its layers are concerned. */
export interface LiveGuest {
  readonly run: RunRecord;
  readonly execute: QmpExecute;
  /** A guest agent answers there. */
  readonly hasAgent: boolean;
}

export interface LayerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

function settledWords(pending: PendingChange, { checkpoints }: LayersRecord): string {
  const isThere = (wanted: string): boolean => checkpoints.some(({ id }) => id === wanted);
  switch (pending.kind) {
    case "create": {
      const { id, name } = pending.checkpoint;
      return `Checkpoint “${name}” was being made; it ${isThere(id) ? "is whole" : "was taken back"}.`;
    }
    case "suspend":
      return "It was being suspended when Goldsmith ended.";
    case "restore":
      return "It was returning to a checkpoint, and has.";
    case "delete":
      return isThere(pending.checkpointId)
        ? "A checkpoint was being deleted; it is still there, and nothing is lost."
        : "A checkpoint was being deleted; what built on it has its data.";
  }
}

const StatusSchema = z.object({ running: z.boolean() });

/**
 * The layers of one machine's disk and its saved memory. The callers go one by one; `locked` keeps other copies of
 * the app away.
 */
export class MachineLayers {
  readonly files: LayerFiles;
  readonly #id: string;
  readonly #ports: Ports;
  #record: LayersRecord = noLayers;

  constructor(id: string, folder: string, ports: Ports) {
    this.#id = id;
    this.#ports = ports;
    this.files = layerFiles(folder);
  }

  get record(): LayersRecord {
    return this.#record;
  }

  checkpoint(id: string): StoredCheckpoint {
    const found = this.#record.checkpoints.find((one) => one.id === id);
    if (found === undefined) throw new AppError("not-found", `There is no checkpoint ${id}`);
    return found;
  }

  /**
   * Reads what is on disk and finishes what was begun, unless a living process is at it. Answers what that was, as a
   * sentence; null when there was nothing.
   */
  async settle(guest: LiveGuest | null): Promise<string | null> {
    this.#record = await readLayers(this.files);
    const { pending } = this.#record;
    if (pending === null || (await this.isLocked())) return null;
    await this.locked(async () => {
      if (guest !== null) return await this.#finishLive(guest);
      this.#record = await settleLayers(this.#ports.processes, this.files, this.#record);
    });
    return settledWords(pending, this.#record);
  }

  /** Throws `machine-busy` when a change of the disk is not finished: a guest must not write to it now. */
  assertSettled(name: string): void {
    if (this.#record.pending === null) return;
    throw new AppError("machine-busy", `A change of the disk of ${name} is not finished`, {
      hint: "The notice about it says why. It is tried again at the next start.",
      retry: "later",
    });
  }

  /** Work on the files of the disk. Throws `already-exists` while another copy of the app is at it. */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    const release = await acquireLock(this.#lockPath, this.#ports.processes);
    try {
      this.#record = await readLayers(this.files);
      return await work();
    } finally {
      await release();
    }
  }

  async isLocked(): Promise<boolean> {
    return (await this.#lockOwner()) !== null;
  }

  /** Throws `machine-busy` when another copy of the app changes the disk's files. */
  async assertFree(name: string): Promise<void> {
    if ((await this.#lockOwner()) === null) return;
    throw new AppError("machine-busy", `The disk of ${name} is being changed`, {
      hint: "Wait until that job is done.",
      retry: "later",
    });
  }

  /** Files below the disk, the nearest first. */
  chain(): Promise<ChainFile[]> {
    const folderOf = (id: string): string => machineFolder(this.#ports.directories.data, id).path;
    return diskChain(folderOf, this.#id, this.#record);
  }

  /** Bytes of the disk that a guest sees; null where the file tells no size that a machine can have. */
  async virtualBytes(): Promise<number | null> {
    const header = await readOverlayHeader(this.files.disk).catch(() => null);
    const size = HardwareSchema.shape.diskSizeBytes.safeParse(header?.virtualBytes ?? null);
    return size.success ? size.data : null;
  }

  /** Disk and layers as one, for programs that read; null without layers. */
  async whole(): Promise<LayeredDisk | null> {
    const layers = await this.chain();
    if (layers.length === 0) return null;
    const { disk } = this.files;
    const paths = [disk, ...layers.map(({ path }) => path)];
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    const { virtualBytes } = await readOverlayHeader(disk);
    const fileBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
    return { node: chainNode(disk, layers), virtualBytes, paths, fileBytes };
  }

  /** Also of a guest that runs. Asking for one that is there already answers it. */
  async create(
    wanted: NewCheckpoint,
    machine: MachineRecord,
    guest: LiveGuest | null,
    options: LayerOptions = {},
  ): Promise<void> {
    await this.locked(async () => {
      await this.#finish(guest);
      if (this.#record.checkpoints.some(({ id }) => id === wanted.id)) return;
      if (wanted.withMemory && guest === null) {
        throw new AppError("bad-input", `${machine.name} is off: it has no memory to keep`);
      }
      const checkpoint = {
        ...wanted,
        parentId: this.#record.currentId,
        createdAt: this.#ports.clock.nowIso(),
      };
      const wasRunning = guest !== null && (await isRunning(guest.execute));
      if (guest === null) await this.assertNotStarted(machine.name);
      await this.#write({ ...this.#record, pending: { kind: "create", checkpoint, wasRunning } });
      if (guest === null) return await this.#finishOrTakeBack();
      try {
        await this.#cut(wanted, machine, guest, options);
      } finally {
        await this.#finish(guest); // completes it, or takes it back
      }
    });
  }

  async #cut(
    wanted: NewCheckpoint,
    machine: MachineRecord,
    guest: LiveGuest,
    options: LayerOptions,
  ): Promise<void> {
    await prepareLayer(this.#ports.processes, this.files, wanted.id);
    if (wanted.withMemory) {
      await guest.execute("stop");
      await saveMemory(guest.execute, this.files.layerMemory(wanted.id), this.#socket("mem"), options);
      await writeJson(this.files.layerMemoryRecord(wanted.id), await this.#memoryRecord(machine, guest));
    }
    if (options.signal?.aborted === true) throw new AppError("cancelled", "Cancelled");
    const cut = (): Promise<void> => switchToOverlay(guest.execute, wanted.id, this.files.next);
    if (wanted.withMemory || !guest.hasAgent) return await cut();
    const agentSocket = guest.run.sockets.agent;
    await whileFrozen({ ports: this.#ports, folder: this.files.folder, agentSocket }, cut);
  }

  /** Of a machine that is off. `by` names who asks: the same one asks once. */
  async restore(checkpointId: string, by: string): Promise<void> {
    await this.#change({ kind: "restore", checkpointId, by });
  }

  /** Of a machine that is off. What was done before a cancel stays done; the checkpoint stays too then. */
  async delete(checkpointId: string, options: LayerOptions = {}): Promise<void> {
    await this.#change({ kind: "delete", checkpointId }, options);
  }

  async #change(
    pending: Extract<PendingChange, { kind: "restore" | "delete" }>,
    options: LayerOptions = {},
  ): Promise<void> {
    await this.locked(async () => {
      await this.#finish(null);
      if (pending.kind === "restore" && pending.by === this.#record.restoredBy) return;
      const { name } = this.checkpoint(pending.checkpointId);
      await this.assertNotStarted(name);
      await this.#write({ ...this.#record, pending });
      await this.#finishOrTakeBack(options);
    });
  }

  async #finishOrTakeBack(options: LayerOptions = {}): Promise<void> {
    try {
      await this.#finish(null, options);
    } catch (error) {
      this.#record = await takeBackUnmoved(this.files, await readLayers(this.files));
      throw error;
    }
  }

  /**
   * Saves the memory of the running guest beside its disk; the guest is stopped from then on. Throws with the guest
   * going on.
   */
  async saveMemory(machine: MachineRecord, guest: LiveGuest, options: LayerOptions = {}): Promise<void> {
    await this.locked(async () => {
      await this.#finish(guest);
      await this.#write({ ...this.#record, pending: { kind: "suspend" } });
      try {
        await guest.execute("stop");
        await saveMemory(guest.execute, this.files.memory, this.#socket("mem"), options);
        await writeJson(this.files.memoryRecord, await this.#memoryRecord(machine, guest));
      } finally {
        await this.#finishLive(guest); // lets the guest go on unless its memory is whole
      }
    });
  }

  /** What the next start goes on from; null: it boots. */
  memory(): Promise<MemoryRecord | null> {
    return readJson(this.files.memoryRecord, MemoryRecordSchema);
  }

  /** The record goes first: a memory without one counts for nothing. */
  async dropMemory(): Promise<void> {
    await rm(this.files.memoryRecord, { force: true });
    await rm(this.files.memory, { force: true });
    await rm(`${this.files.memory}.partial`, { force: true });
  }

  memorySocket(): string {
    return this.#socket("mem");
  }

  /** For the picture of the machine. */
  async view(): Promise<Pick<MachineView, "checkpoints" | "currentCheckpointId" | "suspended">> {
    const checkpoints = await Promise.all(
      this.#record.checkpoints.map(async (one): Promise<Checkpoint> => ({
        ...one,
        diskBytes: await usedBytes(this.files.layer(one.id)),
        memoryBytes: one.withMemory ? await usedBytes(this.files.layerMemory(one.id)) : 0,
      })),
    );
    const suspended = await exists(this.files.memoryRecord);
    return { checkpoints, currentCheckpointId: this.#record.currentId, suspended };
  }

  async #finish(guest: LiveGuest | null, { signal, onProgress }: LayerOptions = {}): Promise<void> {
    const { pending } = this.#record;
    if (pending === null) return;
    if (guest !== null) return await this.#finishLive(guest);
    const total = pending.kind === "delete" ? await usedBytes(this.files.layer(pending.checkpointId)) : 0;
    this.#record = await finishChange(this.#ports.processes, this.files, this.#record, {
      ...(signal === undefined ? {} : { signal }),
      onFraction: (fraction) => onProgress?.(Math.round(fraction * total), total),
    });
  }

  /** Of a guest that runs only checkpoints are made: it is on its overlay, or it is not. */
  async #finishLive({ execute }: LiveGuest): Promise<void> {
    const { pending } = this.#record;
    if (pending?.kind === "suspend") return await this.#finishSuspend(execute);
    if (pending?.kind !== "create") return;
    const { id } = pending.checkpoint;
    const goOn = async (): Promise<void> => {
      if (pending.wasRunning && !(await isRunning(execute))) await execute("cont");
    };
    if (await isOnOverlay(execute, id)) {
      await goOn(); // as long as this is pending, somebody sees to it
      this.#record = await completeLayer(this.files, this.#record);
      return;
    }
    await dropOverlay(execute, id);
    await execute("migrate_cancel").catch(() => {}); // none under way
    await rm(this.files.layerMemoryRecord(id), { force: true }); // before the guest moves on from it
    await goOn();
    this.#record = await takeBack(this.files, this.#record, id);
  }

  async #finishSuspend(execute: QmpExecute): Promise<void> {
    if (!(await exists(this.files.memoryRecord))) {
      await execute("migrate_cancel").catch(() => {}); // none under way
      await this.dropMemory();
      if (!(await isRunning(execute))) await execute("cont");
    }
    await this.#write({ ...this.#record, pending: null });
  }

  async #memoryRecord(machine: MachineRecord, { run, execute }: LiveGuest): Promise<MemoryRecord> {
    const type = z.string().parse(await execute("qom-get", { path: "/machine", property: "type" }));
    return {
      version: 1,
      hardware: machine.hardware,
      machineType: type.replace(/-machine$/, ""),
      accelerator: run.accelerator,
      savedAt: this.#ports.clock.nowIso(),
    };
  }

  async #write(record: LayersRecord): Promise<void> {
    await writeLayers(this.files, record);
    this.#record = record;
  }

  /** A start takes `run.json` and then looks at the lock; whoever has the lock looks at `run.json`. */
  async assertNotStarted(name: string): Promise<void> {
    if (!(await exists(join(this.files.folder, "run.json")))) return;
    throw new AppError("machine-busy", `${name} is being started`);
  }

  get #lockPath(): string {
    return join(this.files.folder, "layers.lock");
  }

  #lockOwner(): ReturnType<typeof lockOwner> {
    return lockOwner(this.#lockPath, this.#ports.processes);
  }

  #socket(kind: string): string {
    return join(this.#ports.directories.runtime, `${this.#id}.${kind}`);
  }
}

const isRunning = async (execute: QmpExecute): Promise<boolean> =>
  StatusSchema.parse(await execute("query-status")).running;

const usedBytes = (path: string): Promise<number> =>
  stat(path).then(
    () => diskUsedBytes(path),
    () => 0,
  );

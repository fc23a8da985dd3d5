import { chmod, copyFile, link, rename, rm, stat } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import { syncDirectory } from "#core/library/json-file.ts";
import type { Processes } from "#ports/processes.ts";
import { deleteLayer } from "./delete-layer.ts";
import { backingOf } from "./disk-chain.ts";
import { createOverlay, readOverlayHeader, syncFile } from "./overlay.ts";
import {
  layerName,
  writeLayers,
  type LayerFiles,
  type LayersRecord,
  type PendingChange,
} from "./layers-record.ts";

type PendingOf<K extends PendingChange["kind"]> = Extract<PendingChange, { kind: K }>;

interface SettleOptions {
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/**
 * Does the change that the record says was begun, for a machine that is off. Can be called again after any crash. A
 * checkpoint whose memory was not saved to the end is taken back: nothing had happened to the disk.
 */
export async function finishChange(
  processes: Processes,
  files: LayerFiles,
  record: LayersRecord,
  options: SettleOptions = {},
): Promise<LayersRecord> {
  const { pending } = record;
  if (pending === null) return record;
  switch (pending.kind) {
    case "create":
      return await settleCreate(processes, files, record, pending);
    case "restore":
      return await settleRestore(processes, files, record, pending);
    case "delete":
      return await deleteLayer(processes, files, record, pending.checkpointId, options);
    case "suspend": // off it is, with its memory or without
      return await written(files, { ...record, pending: null });
  }
}

/**
 * The same after a crash, when nobody waits for it with patience: what takes moments is finished; a deletion, which
 * can move gigabytes, is left where it is (the chain is whole at every moment of it) for its job to go on with.
 */
export async function settleLayers(
  processes: Processes,
  files: LayerFiles,
  record: LayersRecord,
): Promise<LayersRecord> {
  const { pending, checkpoints } = record;
  if (pending?.kind === "delete" && checkpoints.some(({ id }) => id === pending.checkpointId)) {
    return await written(files, { ...record, pending: null });
  }
  return await finishChange(processes, files, record);
}

/** After a failure: back to how it was where the disk has not moved; else the change stays begun, to be finished. */
export async function takeBackUnmoved(files: LayerFiles, record: LayersRecord): Promise<LayersRecord> {
  const { pending, currentId } = record;
  if (pending === null) return record;
  if (pending.kind === "create") {
    const layer = await inodeOf(files.layer(pending.checkpoint.id));
    const moved = layer !== null && layer !== (await inodeOf(files.disk));
    return moved ? record : await takeBack(files, record, pending.checkpoint.id);
  }
  if (pending.kind === "restore") {
    const { backingName } = await readOverlayHeader(files.disk);
    if (backingName !== (backingOf(record, currentId)?.name ?? null)) return record;
    await rm(files.next, { force: true });
  }
  return await written(files, { ...record, pending: null });
}

const inodeOf = (path: string): Promise<bigint | null> =>
  stat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => null,
  );

async function settleCreate(
  processes: Processes,
  files: LayerFiles,
  record: LayersRecord,
  { checkpoint }: PendingOf<"create">,
): Promise<LayersRecord> {
  if (checkpoint.withMemory && !(await exists(files.layerMemoryRecord(checkpoint.id)))) {
    return await takeBack(files, record, checkpoint.id);
  }
  await prepareLayer(processes, files, checkpoint.id);
  return await completeLayer(files, record);
}

/** The overlay, and a second name for the disk that it builds on. The disk itself is as before. */
export async function prepareLayer(
  processes: Processes,
  files: LayerFiles,
  checkpointId: string,
): Promise<void> {
  const layer = files.layer(checkpointId);
  if (await exists(layer)) return; // the overlay was whole before the layer got its name
  const { virtualBytes } = await readOverlayHeader(files.disk);
  await rm(files.next, { force: true });
  const backing = { name: layerName(checkpointId), format: "qcow2" } as const;
  await createOverlay(processes, files.next, backing, virtualBytes);
  if (await exists(files.uefiVars)) await copySynced(files.uefiVars, files.layerUefiVars(checkpointId));
  await linkFile(files.disk, layer);
  await syncDirectory(files.folder);
}

/** Makes the prepared overlay the disk, and the checkpoint part of the record. */
export async function completeLayer(files: LayerFiles, record: LayersRecord): Promise<LayersRecord> {
  const { pending } = record;
  if (pending?.kind !== "create") throw new AppError("internal", "No checkpoint is being made");
  const { checkpoint } = pending;
  if (await exists(files.next)) await rename(files.next, files.disk);
  await chmod(files.layer(checkpoint.id), 0o444);
  await syncDirectory(files.folder);
  const checkpoints = [...record.checkpoints, checkpoint];
  return await written(files, { ...record, checkpoints, currentId: checkpoint.id, pending: null });
}

/** Undoes what was prepared, while the disk is still the disk. */
export async function takeBack(
  files: LayerFiles,
  record: LayersRecord,
  checkpointId: string,
): Promise<LayersRecord> {
  await rm(files.next, { force: true });
  await removeLayerFiles(files, checkpointId);
  return await written(files, { ...record, pending: null });
}

/** The disk begins anew on the checkpoint's layer. What was in it is gone with one renaming, and not before. */
async function settleRestore(
  processes: Processes,
  files: LayerFiles,
  record: LayersRecord,
  { checkpointId, by }: PendingOf<"restore">,
): Promise<LayersRecord> {
  const { virtualBytes } = await readOverlayHeader(files.layer(checkpointId));
  await rm(files.next, { force: true });
  const backing = { name: layerName(checkpointId), format: "qcow2" } as const;
  await createOverlay(processes, files.next, backing, virtualBytes);
  await rm(files.memoryRecord, { force: true });
  await rm(files.memory, { force: true });
  await rename(files.next, files.disk);
  const uefiVars = files.layerUefiVars(checkpointId);
  if (await exists(uefiVars)) await copySynced(uefiVars, files.uefiVars);
  if (await exists(files.layerMemoryRecord(checkpointId))) {
    await linkFile(files.layerMemory(checkpointId), files.memory);
    await copySynced(files.layerMemoryRecord(checkpointId), files.memoryRecord);
  }
  await syncDirectory(files.folder);
  return await written(files, { ...record, currentId: checkpointId, restoredBy: by, pending: null });
}

export async function removeLayerFiles(files: LayerFiles, id: string): Promise<void> {
  const [layer, memory, memoryRecord] = [files.layer(id), files.layerMemory(id), files.layerMemoryRecord(id)];
  for (const path of [memoryRecord, memory, `${memory}.partial`, files.layerUefiVars(id), layer]) {
    await rm(path, { force: true });
  }
  await syncDirectory(files.folder);
}

async function written(files: LayerFiles, record: LayersRecord): Promise<LayersRecord> {
  await writeLayers(files, record);
  return record;
}

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.partial`);
  await syncFile(`${to}.partial`);
  await rename(`${to}.partial`, to);
}

async function linkFile(from: string, to: string): Promise<void> {
  await link(from, to).catch((error: unknown) => {
    throw new AppError("tool-failed", `${from} cannot get a second name on this filesystem`, {
      hint: "Keep machines on a filesystem with hard links (not FAT or exFAT).",
      cause: error,
    });
  });
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

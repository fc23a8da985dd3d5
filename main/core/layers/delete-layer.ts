import { chmod, rm } from "node:fs/promises";
import type { Processes } from "#ports/processes.ts";
import { backingOf } from "./disk-chain.ts";
import { writeLayers, type LayerFiles, type LayersRecord } from "./layers-record.ts";
import { driverName, readOverlayHeader, syncFile } from "./overlay.ts";
import { runQemuImg } from "./run-qemu-img.ts";

/**
 * Takes a layer out of the middle: what builds on it first gets its data (a guest sees the same before, during and
 * after that), then it is forgotten, then its files go. A crash or cancel in between leaves a whole chain.
 */
export async function deleteLayer(
  processes: Processes,
  files: LayerFiles,
  record: LayersRecord,
  checkpointId: string,
  options: { signal?: AbortSignal; onFraction?: (fraction: number) => void } = {},
): Promise<LayersRecord> {
  let now = record;
  const keep = async (change: Partial<LayersRecord>): Promise<void> => {
    now = { ...now, ...change };
    await writeLayers(files, now);
  };
  const doomed = record.checkpoints.find(({ id }) => id === checkpointId);
  if (doomed !== undefined) {
    const { parentId } = doomed;
    const children = record.checkpoints.filter((one) => one.parentId === checkpointId);
    const heirs = children.length + (record.currentId === checkpointId ? 1 : 0);
    let done = 0;
    const part = {
      ...options,
      onFraction: (fraction: number): void => options.onFraction?.((done + fraction) / heirs),
    };
    for (const child of children) {
      await rebase(processes, files.layer(child.id), backingOf(record, parentId), part);
      await chmod(files.layer(child.id), 0o444);
      const checkpoints = now.checkpoints.map((one) => (one.id === child.id ? { ...one, parentId } : one));
      await keep({ checkpoints });
      done += 1;
    }
    if (record.currentId === checkpointId) {
      await rebase(processes, files.disk, backingOf(record, parentId), part);
      await keep({ currentId: parentId });
    }
    await keep({ checkpoints: now.checkpoints.filter(({ id }) => id !== checkpointId) });
  }
  const gone = [files.layer, files.layerMemory, files.layerMemoryRecord, files.layerUefiVars];
  for (const path of gone) await rm(path(checkpointId), { force: true });
  await keep({ pending: null });
  return now;
}

/**
 * Gives a file another one to build on and copies into it what the two differ in. The name in its header changes last,
 * so until then it reads as before. Always with a base: without one QEMU would go through the whole chain.
 */
async function rebase(
  processes: Processes,
  path: string,
  backing: ReturnType<typeof backingOf>,
  options: { signal?: AbortSignal; onFraction?: (fraction: number) => void },
): Promise<void> {
  const { backingName } = await readOverlayHeader(path);
  if (backingName === (backing?.name ?? null)) return; // done before a crash
  await chmod(path, 0o644);
  const onto = backing === null ? ["-b", ""] : ["-b", backing.name, "-F", driverName(backing.format)];
  await runQemuImg(processes, ["rebase", "-p", "-f", "qcow2", ...onto, path], options);
  await syncFile(path);
}

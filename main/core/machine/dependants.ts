import { readdir } from "node:fs/promises";
import { layerFiles, readLayers } from "#core/layers/layers-record.ts";
import { AppError } from "#core/lib/app-error.ts";
import { isMachineId, machineFolder, machinesRoot } from "./machine-folder.ts";

/** Ids of the machines whose disk builds on a layer of this one; with `checkpointId`, on that layer itself. */
export async function dependants(
  dataDirectory: string,
  machineId: string,
  checkpointId?: string,
): Promise<string[]> {
  const names = (await readdir(machinesRoot(dataDirectory))).filter(isMachineId);
  const found: string[] = [];
  for (const id of names) {
    const record = await readLayers(layerFiles(machineFolder(dataDirectory, id).path)).catch(() => null);
    if (record?.base?.kind !== "checkpoint" || record.base.machineId !== machineId) continue;
    if (checkpointId === undefined || record.base.checkpointId === checkpointId) found.push(id);
  }
  return found;
}

/** Throws `image-in-use` naming the machines that would lose their disk. */
export async function assertNobodyBuildsOn(
  dataDirectory: string,
  machineId: string,
  nameOf: (id: string) => string,
  checkpointId?: string,
): Promise<void> {
  const ids = await dependants(dataDirectory, machineId, checkpointId);
  if (ids.length === 0) return;
  const names = ids.map(nameOf).join(", ");
  throw new AppError("image-in-use", `The disk of ${names} builds on it`, {
    hint: "Delete those machines first, or duplicate them with a disk of their own.",
    details: { machineIds: ids },
  });
}

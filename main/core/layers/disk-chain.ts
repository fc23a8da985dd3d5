import type { ImageFormat } from "#contract/facts.ts";
import { AppError } from "#core/lib/app-error.ts";
import { layerFiles, layerName, readLayers, type LayersRecord } from "./layers-record.ts";

/** One file below the active overlay. */
export interface ChainFile {
  readonly path: string;
  readonly format: ImageFormat;
}

/** More overlays than this are a loop or a mistake; each costs a guest's read a little. */
const maxDepth = 256;

/**
 * The files below a disk, the nearest first, as the records of the machines say; headers are not followed.
 * Throws `not-found` when one that is named does not exist in its record.
 */
export async function diskChain(
  folderOf: (machineId: string) => string,
  machineId: string,
  record: LayersRecord,
  fromId: string | null = record.currentId,
): Promise<ChainFile[]> {
  const chain: ChainFile[] = [];
  let [at, files, id] = [record, layerFiles(folderOf(machineId)), fromId];
  while (chain.length < maxDepth) {
    if (id !== null) {
      const wanted: string = id;
      const checkpoint = at.checkpoints.find((one) => one.id === wanted);
      if (checkpoint === undefined) throw missing(wanted);
      chain.push({ path: files.layer(wanted), format: "qcow2" });
      id = checkpoint.parentId;
    } else if (at.base === null) {
      return chain;
    } else if (at.base.kind === "file") {
      return [...chain, { path: at.base.path, format: at.base.format }];
    } else {
      const { base } = at;
      files = layerFiles(folderOf(base.machineId));
      at = await readLayers(files);
      id = base.checkpointId;
    }
  }
  throw new AppError("protocol", "The layers of this disk have no end", {
    hint: "Its checkpoints.json is damaged. Restore it from a backup.",
  });
}

const missing = (id: string): AppError =>
  new AppError("not-found", `The disk builds on checkpoint ${id}, which is not there`, {
    hint: "The machine that held it was removed by hand. Put its folder back.",
  });

/** How a file in this machine's folder names what lies below it; null: nothing does. */
export function backingOf(
  record: LayersRecord,
  parentId: string | null,
): { readonly name: string; readonly format: ImageFormat } | null {
  if (parentId !== null) return { name: layerName(parentId), format: "qcow2" };
  const { base } = record;
  if (base === null) return null;
  if (base.kind === "file") return { name: base.path, format: base.format };
  return { name: `../${base.machineId}/${layerName(base.checkpointId)}`, format: "qcow2" };
}

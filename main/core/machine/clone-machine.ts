import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageFormat } from "#contract/facts.ts";
import type { Hardware } from "#contract/machine.ts";
import { chainNode } from "#core/layers/chain-node.ts";
import { backingOf } from "#core/layers/disk-chain.ts";
import { layerFiles, noLayers, writeLayers, type LayerBase } from "#core/layers/layers-record.ts";
import { createOverlay, readOverlayHeader, syncFile } from "#core/layers/overlay.ts";
import { runQemuImg } from "#core/layers/run-qemu-img.ts";
import { exists } from "#core/layers/settle-layers.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import { fillMachineFolder, newRecord } from "./create-machine.ts";
import type { LayerOptions } from "./machine-layers.ts";
import type { Machine } from "./machine.ts";

/** Who the copy is. */
export interface CopyIdentity {
  readonly id: string;
  readonly name: string;
}

/** A machine that goes on from a checkpoint, whose layer it shares. */
export async function branchMachine(
  ports: Ports,
  source: Machine,
  checkpointId: string,
  copy: CopyIdentity,
): Promise<void> {
  const { layers } = source;
  layers.checkpoint(checkpointId);
  const { virtualBytes } = await readOverlayHeader(layers.files.layer(checkpointId));
  const base: LayerBase = { kind: "checkpoint", machineId: source.id, checkpointId };
  const hardware = { ...source.record.hardware, diskSizeBytes: virtualBytes };
  await fillMachineFolder(ports, copy.id, recordOf(ports, source, copy, hardware), async (folder) => {
    await buildUpon(ports, folder, base, virtualBytes);
    await copyWhereThere(layers.files.layerUefiVars(checkpointId), join(folder, "efivars.fd"));
  });
}

/** A machine with a disk of its own; the source is off, and only read. */
export async function copyMachine(
  ports: Ports,
  source: Machine,
  copy: CopyIdentity,
  options: LayerOptions,
): Promise<void> {
  const { files } = source.layers;
  const layers = await source.layers.chain();
  const { hardware } = source.record;
  await fillMachineFolder(ports, copy.id, recordOf(ports, source, copy, hardware), async (folder) => {
    await copyDisk(ports, chainNode(files.disk, layers), join(folder, "disk.qcow2"), hardware, options);
    await copyWhereThere(files.uefiVars, join(folder, "efivars.fd"));
  });
}

/** A disk that exists, by its content: `identifyFile` has judged it. */
export interface ForeignDisk {
  readonly path: string;
  readonly format: ImageFormat;
  readonly virtualBytes: number;
}

/** A machine around a disk that exists, which is copied or, linked, only built upon. It is never written. */
export async function importMachine(
  ports: Ports,
  disk: ForeignDisk & { readonly node: string },
  copy: CopyIdentity,
  hardware: Hardware,
  { linked, ...options }: LayerOptions & { readonly linked: boolean },
): Promise<void> {
  const record = {
    ...newRecord(ports, copy.name),
    hardware,
    isoPath: null,
    install: null,
    installing: false,
  };
  await fillMachineFolder(ports, copy.id, record, async (folder) => {
    if (!linked) return await copyDisk(ports, disk.node, join(folder, "disk.qcow2"), hardware, options);
    const base: LayerBase = { kind: "file", path: disk.path, format: disk.format };
    await buildUpon(ports, folder, base, hardware.diskSizeBytes);
  });
}

function recordOf(ports: Ports, { record }: Machine, { name }: CopyIdentity, hardware: Hardware) {
  const { isoPath, install, installing, tags } = record;
  return { ...newRecord(ports, name), hardware, isoPath, install, installing, tags };
}

async function buildUpon(ports: Ports, folder: string, base: LayerBase, virtualBytes: number): Promise<void> {
  const files = layerFiles(folder);
  const record = { ...noLayers, base };
  const backing = backingOf(record, null);
  if (backing === null) throw new AppError("internal", "A linked disk needs something to build on");
  await createOverlay(ports.processes, files.disk, backing, virtualBytes);
  await writeLayers(files, record);
}

/** Through QEMU, which reads any format and leaves holes where the source has them. */
async function copyDisk(
  { processes }: Ports,
  node: string,
  target: string,
  { diskSizeBytes }: Hardware,
  { signal, onProgress }: LayerOptions,
): Promise<void> {
  const onFraction = (fraction: number): void =>
    onProgress?.(Math.round(fraction * diskSizeBytes), diskSizeBytes);
  const options = { onFraction, ...(signal === undefined ? {} : { signal }) };
  await runQemuImg(processes, ["convert", "-p", "-W", "-O", "qcow2", node, target], options);
  if ((await readOverlayHeader(target)).virtualBytes < diskSizeBytes) {
    await runQemuImg(processes, ["resize", "-q", "-f", "qcow2", target, String(diskSizeBytes)]);
  }
  await syncFile(target);
}

async function copyWhereThere(from: string, to: string): Promise<void> {
  if (await exists(from)) await copyFile(from, to);
}

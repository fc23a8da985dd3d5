import { join } from "node:path";
import { z } from "zod";
import { CheckpointSchema } from "#contract/checkpoint.ts";
import { ImageFormatSchema } from "#contract/facts.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";

/** Also part of file names. */
const idText = z.string().regex(/^[0-9a-z]{1,32}$/);

/** A checkpoint as it rests on disk; sizes are those of its files. */
const StoredCheckpointSchema = CheckpointSchema.omit({ diskBytes: true, memoryBytes: true }).extend({
  id: idText,
  parentId: idText.nullable(),
});
export type StoredCheckpoint = z.infer<typeof StoredCheckpointSchema>;

/** What the lowest layer builds on. */
export const LayerBaseSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("checkpoint"), machineId: idText, checkpointId: idText }),
  z.object({ kind: z.literal("file"), path: z.string().min(1).max(4096), format: ImageFormatSchema }),
]);
export type LayerBase = z.infer<typeof LayerBaseSchema>;

/** A change that was begun. `wasRunning`, `suspend`: the guest is stopped while its memory is saved, and must go on. */
const PendingSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("create"), checkpoint: StoredCheckpointSchema, wasRunning: z.boolean() }),
  z.object({ kind: z.literal("restore"), checkpointId: idText, by: z.string() }),
  z.object({ kind: z.literal("delete"), checkpointId: idText }),
  z.object({ kind: z.literal("suspend") }),
]);
export type PendingChange = z.infer<typeof PendingSchema>;

/** `checkpoints.json`, version 1: the layers of a machine's disk. None: a disk without layers. */
export const LayersRecordSchema = z.object({
  version: z.literal(1),
  base: LayerBaseSchema.nullable(),
  checkpoints: z.array(StoredCheckpointSchema),
  /** What `disk.qcow2` builds on; null: on `base`, or on nothing. */
  currentId: idText.nullable(),
  /** Who asked for the last return to a checkpoint: asking again after a crash must not lose what was done since. */
  restoredBy: z.string().nullable().default(null),
  pending: PendingSchema.nullable(),
});
export type LayersRecord = z.infer<typeof LayersRecordSchema>;

export const noLayers: LayersRecord = {
  version: 1,
  base: null,
  checkpoints: [],
  currentId: null,
  restoredBy: null,
  pending: null,
};

/** The files of the layers in a machine's folder. */
export interface LayerFiles {
  readonly folder: string;
  readonly record: string;
  readonly disk: string;
  readonly uefiVars: string;
  /** Memory of a guest that is to go on where it was, and what it fits. */
  readonly memory: string;
  readonly memoryRecord: string;
  /** The overlay that will be the disk. */
  readonly next: string;
  readonly layer: (checkpointId: string) => string;
  readonly layerMemory: (checkpointId: string) => string;
  readonly layerMemoryRecord: (checkpointId: string) => string;
  readonly layerUefiVars: (checkpointId: string) => string;
}

export const layerName = (checkpointId: string): string => `layer-${checkpointId}.qcow2`;

export function layerFiles(folder: string): LayerFiles {
  return {
    folder,
    record: join(folder, "checkpoints.json"),
    disk: join(folder, "disk.qcow2"),
    uefiVars: join(folder, "efivars.fd"),
    memory: join(folder, "memory"),
    memoryRecord: join(folder, "memory.json"),
    next: join(folder, "next.qcow2"),
    layer: (id) => join(folder, layerName(id)),
    layerMemory: (id) => join(folder, `layer-${id}.memory`),
    layerMemoryRecord: (id) => join(folder, `layer-${id}.memory.json`),
    layerUefiVars: (id) => join(folder, `layer-${id}.efivars.fd`),
  };
}

/** Throws `newer-version`, `protocol`. */
export const readLayers = async (files: LayerFiles): Promise<LayersRecord> =>
  (await readJson(files.record, LayersRecordSchema)) ?? noLayers;

export const writeLayers = (files: LayerFiles, record: LayersRecord): Promise<void> =>
  writeJson(files.record, record);

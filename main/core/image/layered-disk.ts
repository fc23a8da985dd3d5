import type { IdentifiedFile } from "./identified-file.ts";

/** A machine's disk that lies in several files of ours, each over the next. */
export interface LayeredDisk {
  /** In QEMU's JSON form; names every file and its driver. */
  readonly node: string;
  readonly virtualBytes: number;
  /** The active overlay first. */
  readonly paths: readonly string[];
  /** Of all of them. */
  readonly fileBytes: number;
}

/** What the header of one file would tell. */
export const identifiedLayers = (path: string, disk: LayeredDisk): IdentifiedFile => ({
  path,
  format: "qcow2",
  virtualBytes: disk.virtualBytes,
  fileBytes: disk.fileBytes,
  allocatedBytes: null,
  compressedClusters: null,
  variant: `qcow2 in ${disk.paths.length} layers`,
  notes: [],
});

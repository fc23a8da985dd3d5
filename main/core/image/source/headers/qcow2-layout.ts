/** Where a qcow2 file keeps its first table, and in what units. */
export interface Qcow2Layout {
  readonly clusterBytes: number;
  readonly clusterBits: number;
  readonly virtualBytes: number;
  readonly l1Offset: number;
  readonly l1Entries: number;
  readonly extendedL2: boolean;
  /** Of clusters that are compressed. */
  readonly compression: "zlib" | "zstd";
}

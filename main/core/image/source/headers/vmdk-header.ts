/** The fields of a sparse extent's header; sizes and offsets in bytes. */
export interface VmdkHeader {
  readonly capacityBytes: number;
  readonly grainBytes: number;
  readonly descriptorOffset: number;
  readonly descriptorBytes: number;
  readonly grainsPerTable: number;
  readonly directoryOffset: number;
  readonly directoryAtEnd: boolean;
  readonly compressed: boolean;
  /** Every packed grain is preceded by its place and its length. */
  readonly markers: boolean;
}

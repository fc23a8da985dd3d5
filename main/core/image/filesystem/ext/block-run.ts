/** `count` blocks of a file from `logical` on lie at `physical` on the device. Gaps between runs are holes. */
export interface BlockRun {
  readonly logical: number;
  readonly physical: number;
  readonly count: number;
}

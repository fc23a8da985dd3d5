/** For a status line: `Unpacking disk.raw.xz 34 %`. */
export const unpackingText = (name: string, doneBytes: number, totalBytes: number): string =>
  `Unpacking ${name} ${Math.floor((100 * doneBytes) / Math.max(1, totalBytes))} %`;

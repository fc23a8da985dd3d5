/**
 * xterm lets the page draw after 12 ms, but only between two writes. A piece of 64 KiB as one write held up a frame
 * for 60 ms and more before its parser is compiled: on the way back to a machine that was the wait for the first text.
 */
const sliceBytes = 8 * 1024;

/** The same bytes in order, as views, at least one. */
export function inSlices(data: Uint8Array, longestBytes = sliceBytes): Uint8Array[] {
  const slices: Uint8Array[] = [];
  let start = 0;
  do slices.push(data.subarray(start, (start += longestBytes)));
  while (start < data.length);
  return slices;
}

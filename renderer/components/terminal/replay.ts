/**
 * Where to begin reading a transcript, so that even a huge one is on the screen at once. The 20,000 lines that can be
 * scrolled back to are 1.6 MB of 80 columns; the rest is for escape sequences and letters of several bytes.
 */
export const replayLimitBytes = 4 * 1024 * 1024;

/** First byte to show. Longer transcripts begin in the middle; saving them gives all. */
export const replayFrom = (transcriptBytes: number): number =>
  Math.max(0, transcriptBytes - replayLimitBytes);

/**
 * Cuts a chunk where the past ends: what was in the transcript when this window looked is replay, what comes after
 * is live.
 */
export function splitAtPresent(
  chunk: Uint8Array,
  chunkStartByte: number,
  presentByte: number,
): { past: Uint8Array; live: Uint8Array } {
  const cut = Math.min(chunk.length, Math.max(0, presentByte - chunkStartByte));
  return { past: chunk.subarray(0, cut), live: chunk.subarray(cut) };
}

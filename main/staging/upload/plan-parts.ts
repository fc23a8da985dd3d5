const MiB = 1024 * 1024;

/** "Amazon S3 multipart upload limits": at most 10,000 parts of at most 5 GiB. */
const maxParts = 10_000;
const maxPartBytes = 5 * 1024 * MiB;
export const defaultPartBytes = 8 * MiB;
export const maxObjectBytes = maxParts * maxPartBytes;

/** Buffers that are held at once: the parts that travel, and the next one that is read meanwhile. */
const maxHeldBytes = 96 * MiB;

export interface Part {
  /** Counts from 1. */
  number: number;
  startByte: number;
  sizeBytes: number;
}

/**
 * Cuts a file of more than 0 bytes into parts. It depends on the size alone, so that a later attempt cuts at the
 * same places and finds its parts again.
 */
export function planParts(sizeBytes: number, minPartBytes: number = defaultPartBytes): Part[] {
  const partBytes = Math.max(minPartBytes, Math.ceil(sizeBytes / maxParts / MiB) * MiB);
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => ({
    number: index + 1,
    startByte: index * partBytes,
    sizeBytes: Math.min(partBytes, sizeBytes - index * partBytes),
  }));
}

/**
 * How many parts travel at once: four. When parts are so large (files of more than 180 GB) that their buffers would
 * fill the memory, fewer, but two, or a connection's turns would be idle time.
 */
export function parallelParts(partBytes: number, wanted = 4): number {
  return Math.min(wanted, Math.max(2, Math.floor(maxHeldBytes / partBytes) - 1));
}

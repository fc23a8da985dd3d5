import { open } from "node:fs/promises";
import type { Workshop } from "./disk-images.ts";

/** A raw disk of several kinds of data in pieces of odd lengths. `holeBytes`: what is left out behind each piece. */
export async function patchwork(
  workshop: Workshop,
  sizeBytes: number,
  holeBytes: (index: number) => number,
): Promise<string> {
  const path = await workshop.sparse("raw", sizeBytes);
  await using file = await open(path, "r+");
  for (let index = 0, at = 0; at < sizeBytes - 400_000; index++) {
    const bytes = Buffer.alloc(1 + ((index * 40_503) % 300_000));
    if (index % 3 === 0) bytes.fill(`piece ${index}, `);
    else for (let i = 0, seed = index; i < bytes.length; i++) bytes[i] = seed = (seed * 75 + 74) & 0xff;
    await file.write(bytes, 0, bytes.length, at);
    at += bytes.length + holeBytes(index);
  }
  return path;
}

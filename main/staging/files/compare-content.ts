import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { FileArea } from "./file-area.ts";

/** How much of what has arrived is read back before an upload goes on, where the other side computes no hashes. */
const tailBytes = 1024 * 1024;

/**
 * Whether a file holds exactly these bytes. Its size first: uploads that end early and report success are a known
 * failure of SFTP clients and servers. Then its content, by a hash computed on the other side, or else by reading all
 * of it back: what is sampled only would not show a hole that a full disk or a lost write left, and reading costs
 * less than sending did on most lines.
 */
export async function isSame(
  area: FileArea,
  path: string,
  wanted: { sizeBytes: number; sha256: string },
): Promise<boolean> {
  const there = await area.stat(path);
  if (there?.kind !== "file" || there.sizeBytes !== wanted.sizeBytes) return false;
  return (await sha256Of(area, path, wanted.sizeBytes)) === wanted.sha256;
}

export async function sha256Of(area: FileArea, path: string, byteCount: number): Promise<string> {
  const remote = await area.remoteSha256(path, byteCount);
  if (remote !== null) return remote;
  const hash = createHash("sha256");
  for await (const bytes of area.read(path, 0, byteCount)) hash.update(bytes);
  return hash.digest("hex");
}

/**
 * Whether an unfinished file is the beginning of the local one. Where no hash can be had only its end is read back,
 * because the whole is compared before it gets its name anyway.
 */
export async function sameBeginning(
  area: FileArea,
  path: string,
  local: { path: string; byteCount: number; sha256: string },
): Promise<boolean> {
  const remote = await area.remoteSha256(path, local.byteCount);
  if (remote !== null) return remote === local.sha256;
  const startByte = Math.max(0, local.byteCount - tailBytes);
  const tail = Buffer.alloc(local.byteCount - startByte);
  await using file = await open(local.path, "r");
  await file.read(tail, 0, tail.length, startByte);
  const there: Buffer[] = [];
  for await (const bytes of area.read(path, startByte, local.byteCount)) there.push(bytes);
  return Buffer.concat(there).equals(tail);
}

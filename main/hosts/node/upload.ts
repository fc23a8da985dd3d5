import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, statfs } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError } from "#core/lib/app-error.ts";

/** Room that must be left on the disk beside the uploaded file. */
const reserveBytes = 256 * 1024 * 1024;
const partialName = ".partial";
/** NAME_MAX of Linux file systems is 255 bytes; some of it is left for suffixes that others add. */
const longestNameBytes = 200;

export interface Uploaded {
  path: string;
  sizeBytes: number;
}

/**
 * Streams a request's body to `<uploads>/<id>/<safe name>`. The file gets its name when it is complete; a
 * sender who stops, or a disk that fills, leaves nothing. Throws `bad-input`, `disk-full`, `cancelled`.
 */
export async function receiveUpload(
  request: IncomingMessage,
  name: string,
  uploadsFolder: string,
): Promise<Uploaded> {
  const sizeBytes = declaredBytes(request);
  await mkdir(uploadsFolder, { recursive: true, mode: 0o700 });
  const disk = await statfs(uploadsFolder);
  const freeBytes = disk.bavail * disk.bsize;
  if (sizeBytes + reserveBytes > freeBytes) {
    throw new AppError("disk-full", `The file has ${sizeBytes} bytes, but only ${freeBytes} are free`, {
      details: { sizeBytes, freeBytes, folder: uploadsFolder },
    });
  }
  const folder = join(uploadsFolder, `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    const partial = join(folder, partialName);
    await pipeline(request, createWriteStream(partial, { flags: "wx", mode: 0o600, flush: true }));
    const path = join(folder, safeName(name));
    await rename(partial, path);
    await syncFolder(folder);
    return { path, sizeBytes };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (request.destroyed && !request.complete) throw new AppError("cancelled", "The sender stopped");
    throw error;
  }
}

/** A browser always declares a file's size; without one the disk could not be checked beforehand. */
function declaredBytes(request: IncomingMessage): number {
  const declared = Number(request.headers["content-length"] ?? "NaN");
  if (!Number.isSafeInteger(declared) || declared < 0) {
    throw new AppError("bad-input", "An upload must declare its size", {
      details: { header: "Content-Length" },
    });
  }
  return declared;
}

/** The last segment of whatever was given, without characters that a file system or a shell could mind. */
export function safeName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? "";
  // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
  const plain = last.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, "_").replace(/^[.\s]+|[.\s]+$/g, "");
  const dot = plain.lastIndexOf(".");
  const suffix = dot > 0 && plain.length - dot <= 16 ? plain.slice(dot) : "";
  let stem = suffix === "" ? plain : plain.slice(0, dot);
  while (Buffer.byteLength(stem + suffix) > longestNameBytes) stem = stem.replace(/.$/su, "");
  return stem + suffix === "" ? "upload" : stem + suffix;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a folder cannot be opened there
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what uploads left behind when the process was killed in the middle of them. */
export async function sweepUploads(uploadsFolder: string): Promise<void> {
  const folders = await readdir(uploadsFolder).catch(() => []);
  for (const name of folders) {
    const files = await readdir(join(uploadsFolder, name)).catch(() => null);
    if (files === null || files.some((file) => file !== partialName)) continue;
    await rm(join(uploadsFolder, name), { recursive: true, force: true });
  }
}

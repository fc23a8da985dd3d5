import { open } from "node:fs/promises";
import type { ImageFormat } from "#contract/facts.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Processes } from "#ports/processes.ts";
import { runQemuImg } from "./run-qemu-img.ts";

/** QEMU's name of the driver where it differs from ours. */
export const driverName = (format: ImageFormat): string => (format === "vhd" ? "vpc" : format);

/**
 * Makes an overlay that answers what the file `backing.name` (relative to the overlay's folder, or absolute) holds
 * until something is written. The backing file is not opened: it may be in use. Throws `disk-full`, `tool-missing`.
 */
export async function createOverlay(
  processes: Processes,
  path: string,
  backing: { readonly name: string; readonly format: ImageFormat },
  virtualBytes: number,
): Promise<void> {
  const from = ["-u", "-b", backing.name, "-F", driverName(backing.format)];
  await runQemuImg(processes, ["create", "-q", "-f", "qcow2", ...from, path, String(virtualBytes)]);
  await syncFile(path);
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What a qcow2 header says of its size and of what it builds on (QEMU documentation, interop/qcow2: header). */
export async function readOverlayHeader(
  path: string,
): Promise<{ virtualBytes: number; backingName: string | null }> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw AppError.from(error);
  });
  try {
    const { buffer: header, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    if (bytesRead < 32 || header.readUInt32BE(0) !== 0x514649fb) {
      throw new AppError("image-unreadable", `${path} is not a qcow2 file`);
    }
    const virtualBytes = Number(header.readBigUInt64BE(24));
    const nameOffset = Number(header.readBigUInt64BE(8));
    const nameBytes = header.readUInt32BE(16);
    if (nameOffset === 0 || nameBytes === 0 || nameBytes > 1023) return { virtualBytes, backingName: null };
    const name = await file.read(Buffer.alloc(nameBytes), 0, nameBytes, nameOffset);
    return { virtualBytes, backingName: name.buffer.toString("utf8", 0, name.bytesRead) };
  } finally {
    await file.close();
  }
}

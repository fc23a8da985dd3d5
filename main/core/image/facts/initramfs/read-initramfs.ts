import type { TreeFile } from "#core/image/filesystem/file-tree.ts";
import { AppError } from "#core/lib/app-error.ts";
import { compressionOf, type Compression } from "#core/image/compression/compressions.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { CpioScanner } from "./cpio-scanner.ts";

/** The largest initramfs of a distribution unpacks to about 300 MiB. */
const maxUnpackedBytes = 768 * 1024 ** 2;
const maxFileBytes = 512 * 1024 ** 2;
const readBytes = 1024 ** 2;
const probeBytes = 64 * 1024;
const maxArchives = 64;

/** Which of the wanted modules an initramfs holds, or why it cannot be told. */
export type InitramfsModules =
  | { readonly modules: ReadonlySet<string>; readonly unreadable: null }
  | { readonly modules: null; readonly unreadable: string };

/**
 * Looks for kernel modules in an initramfs: any number of cpio archives, plain (microcode comes so) or
 * compressed, one after the other. Stops as soon as all of `wanted` are found.
 */
export async function readInitramfs(file: TreeFile, wanted: ReadonlySet<string>): Promise<InitramfsModules> {
  const found = new Set<string>();
  const seeName = (name: string): void => {
    const module = moduleName(name);
    if (module !== null && wanted.has(module)) found.add(module);
  };
  const isComplete = (): boolean => found.size === wanted.size;
  try {
    if (file.sizeBytes > maxFileBytes) throw unreadable("it is too large");
    let at = 0;
    for (let archive = 0; at < file.sizeBytes && !isComplete() && archive < maxArchives; archive++) {
      at = await skipZeros(file, at);
      const head = await file.read(at, 8);
      if (head.length === 0) break;
      if (head[0] === 0x30) {
        at = await scanPlain(file, at, new CpioScanner(seeName), isComplete);
        continue;
      }
      const compression = compressionOf(head);
      if (compression === null) throw unreadable("its format is not known");
      await scanCompressed(file, at, compression, new CpioScanner(seeName), isComplete);
      break; // a compressed archive is the last one in every initramfs that a distribution makes
    }
    return { modules: found, unreadable: null };
  } catch (error) {
    const wrapped = AppError.from(error);
    if (["cancelled", "timeout"].includes(wrapped.code)) throw error;
    return { modules: null, unreadable: wrapped.message };
  }
}

/** `usr/lib/modules/6.1.0/kernel/drivers/scsi/virtio_scsi.ko.xz` -> `virtio_scsi`. */
export function moduleName(path: string): string | null {
  const name = /(?:^|\/)([^/]+)\.ko(?:\.(?:gz|xz|zst))?$/.exec(path)?.[1];
  return name === undefined ? null : name.replaceAll("-", "_");
}

async function skipZeros(file: TreeFile, start: number): Promise<number> {
  for (let at = start; at < file.sizeBytes; at += probeBytes) {
    const index = (await file.read(at, probeBytes)).findIndex((byte) => byte !== 0);
    if (index !== -1) return at + index;
  }
  return file.sizeBytes;
}

/** Jumps over the content of files. Answers where the archive ended. */
async function scanPlain(
  file: TreeFile,
  start: number,
  scanner: CpioScanner,
  isComplete: () => boolean,
): Promise<number> {
  let at = start;
  while (at < file.sizeBytes && !scanner.endedBySomethingElse && !isComplete()) {
    if (scanner.skipBytes > 0) {
      at += scanner.skipBytes;
      scanner.jumped();
      continue;
    }
    const piece = await file.read(at, probeBytes);
    scanner.push(piece);
    at += piece.length;
  }
  return start + scanner.consumedBytes;
}

async function scanCompressed(
  file: TreeFile,
  start: number,
  compression: Compression,
  scanner: CpioScanner,
  isComplete: () => boolean,
): Promise<void> {
  let unpackedBytes = 0;
  try {
    for await (const piece of compression.unpack(readAhead(file, start))) {
      unpackedBytes += piece.length;
      if (unpackedBytes > maxUnpackedBytes) throw unreadable("it unpacks to an absurd size");
      scanner.push(piece);
      if (isComplete() || scanner.endedBySomethingElse) return;
    }
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code !== "image-unreadable" || !wrapped.message.startsWith("the packed data")) throw error;
    throw unreadable(`its ${compression.name} data is damaged`);
  }
}

/** The file from `start` on, read one piece ahead of what is being unpacked. */
async function* readAhead(file: TreeFile, start: number): AsyncGenerator<Buffer, void, undefined> {
  let next = file.read(start, readBytes);
  for (let at = start; at < file.sizeBytes; at += readBytes) {
    const piece = await next;
    if (piece.length === 0) return;
    next = file.read(Math.min(at + readBytes, file.sizeBytes), readBytes);
    next.catch(() => {}); // awaited in the next turn, or no longer wanted
    yield piece;
  }
}

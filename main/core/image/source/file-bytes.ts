import { constants, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "#core/lib/app-error.ts";

/** The bytes of one file of the host, read-only. */
export interface FileBytes {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Shorter than asked for at the end of the file. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
}

/** Names that QEMU and curl take for something other than a file: `json:{…}`, `nbd://host`, `fat:rw:dir`. */
const protocolName = /^(?:[a-z][a-z0-9+.-]+:\/\/|(?:json|nbd|file|fat|vvfat|ssh|iscsi|blkdebug|null-co):)/i;

/**
 * Opens one regular file. Never blocks: folders, devices, pipes and sockets are told apart before they are
 * opened. Throws `image-refused`, `image-unreadable`, `not-found` or `permission-denied`.
 */
export async function openFileBytes(path: string): Promise<FileBytes & AsyncDisposable> {
  if (protocolName.test(path)) {
    throw new AppError("image-refused", `“${path}” is an address, not a file`, {
      hint: "Give the path of a file on this computer.",
    });
  }
  const absolutePath = resolve(path);
  let file: FileHandle | undefined;
  try {
    assertRegular(absolutePath, await stat(absolutePath));
    // O_NONBLOCK: should the name have become a pipe since then, opening it must not wait for a writer
    file = await open(absolutePath, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    assertRegular(absolutePath, stats);
    return createFileBytes(absolutePath, file, stats.size);
  } catch (error) {
    await file?.close();
    throw inWords(absolutePath, error);
  }
}

function assertRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) {
    throw new AppError("image-unreadable", `${path} is a folder, not an image`, {
      hint: "Choose the image file inside it.",
    });
  }
  throw new AppError("image-refused", `${path} is a device, a pipe or a socket, not a file`, {
    hint: "Copy it into a file first, then choose that file.",
  });
}

function createFileBytes(path: string, file: FileHandle, sizeBytes: number): FileBytes & AsyncDisposable {
  return {
    path,
    sizeBytes,
    async read(offsetBytes, lengthBytes) {
      const wanted = Math.max(0, Math.min(lengthBytes, sizeBytes - offsetBytes));
      const buffer = Buffer.allocUnsafe(wanted);
      let done = 0;
      while (done < wanted) {
        const { bytesRead } = await file.read(buffer, done, wanted - done, offsetBytes + done);
        if (bytesRead === 0) return buffer.subarray(0, done); // it became shorter while we read
        done += bytesRead;
      }
      return buffer;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function inWords(path: string, error: unknown): AppError {
  const wrapped = AppError.from(error);
  const options = { cause: error, retry: wrapped.retry };
  if (wrapped.code === "not-found") return new AppError("not-found", `There is no file ${path}`, options);
  if (wrapped.code === "permission-denied") {
    return new AppError("permission-denied", `You have no right to read ${path}`, options);
  }
  return wrapped;
}

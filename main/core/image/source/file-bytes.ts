import { constants, type BigIntStats, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { printable } from "./binary.ts";

/** The bytes of one file of the host, read-only. */
export interface FileBytes {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Shorter than asked for at the end of the file. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
}

/** Identity and version of a file as stat(2) tells them; times in nanoseconds. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

/** A file of the host that is held open. */
export interface HostFile extends FileBytes, AsyncDisposable {
  /** As the file was when it was opened. */
  readonly identity: FileIdentity;
  /** Valid until it is disposed of. */
  readonly descriptor: number;
  /** Fills the target from `offsetBytes` on; answers how much there was. */
  readInto(target: Buffer, offsetBytes: number): Promise<number>;
  /** Throws `image-in-use` when the file is no longer the one that was opened. */
  assertUnchanged(): Promise<void>;
}

/** Names that QEMU and curl take for something other than a file: `json:{…}`, `nbd://host`, `fat:rw:dir`. */
const protocolName = /^(?:[a-z][a-z0-9+.-]+:\/\/|(?:json|nbd|file|fat|vvfat|ssh|iscsi|blkdebug|null-co):)/i;

/**
 * Opens one regular file. Never blocks: folders, devices, pipes and sockets are told apart before they are
 * opened. Throws `image-refused`, `image-unreadable`, `not-found` or `permission-denied`.
 */
export async function openFileBytes(path: string): Promise<HostFile> {
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
    const stats = await file.stat({ bigint: true });
    assertRegular(absolutePath, stats);
    return createHostFile(absolutePath, file, identityOf(stats));
  } catch (error) {
    await file?.close();
    throw inWords(absolutePath, error);
  }
}

const identityOf = (stats: BigIntStats): FileIdentity => ({
  device: stats.dev,
  inode: stats.ino,
  sizeBytes: stats.size,
  modifiedNs: stats.mtimeNs,
  changedNs: stats.ctimeNs,
});

function assertRegular(path: string, stats: Stats | BigIntStats): void {
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

function createHostFile(path: string, file: FileHandle, identity: FileIdentity): HostFile {
  const sizeBytes = Number(identity.sizeBytes);
  const readInto = async (target: Buffer, offsetBytes: number): Promise<number> => {
    if (!(offsetBytes >= 0 && offsetBytes < sizeBytes)) return 0;
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await file.read(target, done, target.length - done, offsetBytes + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  };
  return {
    path,
    sizeBytes,
    identity,
    descriptor: file.fd,
    async assertUnchanged() {
      const now = identityOf(await file.stat({ bigint: true }));
      // the time of change also moves when a link or a right does: only content counts here
      if (now.sizeBytes === identity.sizeBytes && now.modifiedNs === identity.modifiedNs) return;
      throw new AppError("image-in-use", `${path} was changed while it was read`, {
        hint: "Wait until it is written, or power off the machine that uses it, then try again.",
        retry: "now",
      });
    },
    readInto,
    async read(offsetBytes, lengthBytes) {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(lengthBytes, sizeBytes - offsetBytes)));
      return buffer.subarray(0, await readInto(buffer, offsetBytes)); // shorter when it became so meanwhile
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
  const code = error instanceof Error && "code" in error ? error.code : null;
  const words = typeof code === "string" ? pathErrors[code] : undefined;
  return words === undefined
    ? wrapped
    : new AppError("not-found", `${printable(path, 1000)} ${words}`, options);
}

/** What else open(2) says of a path. */
const pathErrors: Readonly<Record<string, string>> = {
  ELOOP: "is a link that leads back to itself",
  ENOTDIR: "goes through a file as if it were a folder",
  ENAMETOOLONG: "is too long to be the name of a file",
  ERR_INVALID_ARG_VALUE: "is not the name of a file",
};

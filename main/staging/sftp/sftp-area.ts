import type { Attributes } from "ssh2";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { AreaEntry, FileArea } from "../files/file-area.ts";
import { fileModes } from "../files/file-modes.ts";
import { ChunkWriter } from "./chunk-writer.ts";
import { openRemoteFile, readRemoteFile } from "./remote-file.ts";
import { hashBySsh } from "./remote-hash.ts";
import { isConnectionLoss, sftpStatus, statusOf } from "./sftp-error.ts";
import { ExtensionMissing, type SftpSession } from "./sftp-session.ts";

/** S_IFMT and two of its values, inode(7). */
const kindMask = 0o170000;
const folderKind = 0o040000;
const fileKind = 0o100000;

const FileSystemSchema = z.object({ f_frsize: z.coerce.number(), f_bavail: z.coerce.number() });

export interface Connections {
  /** One that works, as far as is known. */
  take(): Promise<SftpSession>;
  /** When it is no longer used. */
  give(session: SftpSession): Promise<void>;
}

/** A folder on a server that was there when it was looked for. An abort ends the connection and all that waits. */
export async function openSftpArea(
  directory: string,
  connections: Connections,
  signal: AbortSignal,
): Promise<FileArea> {
  let session = await connections.take();
  let closed = false;
  const stop = (): void => session.destroy();
  signal.addEventListener("abort", stop);
  const close = async (): Promise<void> => {
    closed = true;
    signal.removeEventListener("abort", stop);
    await connections.give(session);
  };
  try {
    return areaIn(await rootOf(session, directory), {
      now: () => session,
      fresh: async () => {
        await session[Symbol.asyncDispose]();
        session = await connections.take();
        // Nobody waits for it any more.
        if (closed) await connections.give(session);
        return session;
      },
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Connection {
  now(): SftpSession;
  /** Gives the old one up. */
  fresh(): Promise<SftpSession>;
  close(): Promise<void>;
}

async function rootOf(session: SftpSession, directory: string): Promise<string> {
  // `~` is of shells; below the login folder is where an SFTP server begins anyway.
  const path = directory.replace(/^~\/?/, "") || ".";
  const missing = new AppError("staging-failed", `There is no folder ${directory} on the server`, {
    hint: "Make it there, or correct its path. It must exist, so that nothing lands in a wrong place.",
  });
  try {
    const root = await session.ask<string>((sftp, done) => sftp.realpath(path, done));
    const found = await session.ask<Attributes>((sftp, done) => sftp.stat(root, done));
    if ((found.mode & kindMask) !== folderKind) throw missing;
    return root.replace(/\/+$/, "");
  } catch (error) {
    if (statusOf(error) === sftpStatus.noSuchFile) throw missing;
    throw error;
  }
}

function areaIn(root: string, connection: Connection): FileArea {
  const at = (path: string): string => (path === "" ? root || "/" : `${root}/${path}`);
  const ask: SftpSession["ask"] = (send) => connection.now().ask(send);
  const attributesOf = (path: string): Promise<Attributes | null> =>
    gone(() => ask<Attributes>((sftp, done) => sftp.lstat(at(path), done)));
  return {
    root,
    stat: async (path) => {
      const found = await attributesOf(path);
      return found === null ? null : entryOf(path, found);
    },
    readFolder: async (path) => {
      const entries = await gone(() =>
        ask<{ filename: string; attrs: Attributes }[]>((sftp, done) => sftp.readdir(at(path), done)),
      );
      return (
        entries?.flatMap(({ filename, attrs }) => (isName(filename) ? entryOf(filename, attrs) : [])) ?? null
      );
    },
    makeFolder: async (path) => {
      try {
        await ask((sftp, done) => sftp.mkdir(at(path), { mode: fileModes.folder }, done));
      } catch (error) {
        const there = await attributesOf(path);
        if (there !== null && (there.mode & kindMask) === folderKind) return;
        throw error;
      }
      // The server's umask may have taken more away. Whether a file can be read is proved by its address.
      await gone(() => ask((sftp, done) => sftp.chmod(at(path), fileModes.folder, done)), anyRefusal);
    },
    removeFolder: async (path) => {
      const removed = ask((sftp, done) => sftp.rmdir(at(path), done)).then(() => true);
      return (await gone(() => removed, anyRefusal)) ?? (await attributesOf(path)) === null;
    },
    removeFile: async (path) => void (await gone(() => ask((sftp, done) => sftp.unlink(at(path), done)))),
    rename: async (from, to) => {
      try {
        await connection.now().askExtension((sftp, done) => sftp.ext_openssh_rename(at(from), at(to), done));
      } catch (error) {
        if (!(error instanceof ExtensionMissing)) throw error;
        // SFTP's own does not replace.
        await gone(() => ask((sftp, done) => sftp.unlink(at(to), done)));
        await ask((sftp, done) => sftp.rename(at(from), at(to), done));
      }
    },
    freeBytes: async () => {
      const told = await gone(
        () => connection.now().askExtension<unknown>((sftp, done) => sftp.ext_openssh_statvfs(at(""), done)),
        (error) => error instanceof ExtensionMissing || anyRefusal(error),
      );
      const found = FileSystemSchema.safeParse(told).data;
      return found === undefined ? null : found.f_frsize * found.f_bavail;
    },
    openPart: (path, { fromByte, onTaken }) => {
      let opened = false;
      return ChunkWriter.open({
        onTaken,
        isLoss: isConnectionLoss,
        open: async () => {
          const session = opened ? await connection.fresh() : connection.now();
          const file = await openRemoteFile(session, at(path), { create: fromByte === 0 && !opened });
          opened = true;
          return file;
        },
      });
    },
    remoteSha256: (path, byteCount) => hashBySsh(connection.now(), at(path), byteCount),
    read: (path, startByte, endByte) => readRemoteFile(connection.now(), at(path), startByte, endByte),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** Names come from the server: one that is a path would lead elsewhere. */
const isName = (name: string): boolean => name !== "." && name !== ".." && !/[/\0]/.test(name);

function entryOf(name: string, { mode, size, mtime }: Attributes): AreaEntry {
  const kind = mode & kindMask;
  return {
    name,
    kind: kind === fileKind ? "file" : kind === folderKind ? "folder" : "other",
    sizeBytes: size,
    modifiedAtMs: mtime === 0 ? null : mtime * 1000,
  };
}

const isGone = (error: unknown): boolean => statusOf(error) === sftpStatus.noSuchFile;
/** Whatever the server says; but not that it is there no more. */
const anyRefusal = (error: unknown): boolean => statusOf(error) !== null;

/** null where the failure is one of those that mean nothing here. */
async function gone<T>(work: () => Promise<T>, passes = isGone): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (passes(error)) return null;
    throw error;
  }
}

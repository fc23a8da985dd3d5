import type { Stats } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  type FileHandle,
} from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { AreaEntry, FileArea, PartWriter, WriterOptions } from "../files/file-area.ts";
import { fileModes } from "../files/file-modes.ts";

const readBytes = 1024 * 1024;

/** A folder of this computer, also one that is mounted. It must be there: an empty mount point is no storage. */
export async function openFolder(root: string): Promise<FileArea> {
  const found = await stat(root).catch(() => null);
  if (found?.isDirectory() !== true) {
    throw new AppError("staging-failed", `There is no folder ${root}`, {
      hint: "Mount the share or make the folder, or correct its path.",
    });
  }
  const at = (path: string): string => join(root, path);
  return {
    root,
    stat: (path) => gone(async () => entryOf(path, await lstat(at(path)))),
    readFolder: (path) =>
      gone(async () => {
        const entries: AreaEntry[] = [];
        for (const name of await readdir(at(path))) {
          const entry = await gone(async () => entryOf(name, await lstat(join(at(path), name))));
          if (entry !== null) entries.push(entry);
        }
        return entries;
      }),
    makeFolder: async (path) => {
      const made = await mkdir(at(path)).then(
        () => true,
        async (error: unknown) => {
          if ((await stat(at(path)).catch(() => null))?.isDirectory() === true) return false;
          throw error;
        },
      );
      if (made) await chmod(at(path), fileModes.folder).catch(ignoreRefusal);
    },
    removeFolder: async (path) =>
      rmdir(at(path)).then(
        () => true,
        (error: unknown) => codeOf(error) === "ENOENT",
      ),
    removeFile: (path) => rm(at(path), { force: true }),
    rename: async (from, to) => {
      await rename(at(from), at(to));
      await syncFolder(join(at(to), ".."));
    },
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
    openPart: (path, options) => openPart(at(path), options),
    // Read back like anything else: a file of a mounted share comes from the server then, if it is not in the cache.
    remoteSha256: async () => null,
    read: (path, startByte, endByte) => readRange(at(path), startByte, endByte),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function openPart(path: string, { fromByte, onTaken }: WriterOptions): Promise<PartWriter> {
  const file = await open(path, fromByte === 0 ? "w" : "r+", fileModes.file);
  await file.chmod(fileModes.file).catch(ignoreRefusal);
  return {
    write: async (bytes, startByte) => {
      await writeAll(file, bytes, startByte);
      onTaken(bytes.length);
    },
    finish: () => file.sync(),
    close: () => file.close().catch(() => {}),
  };
}

async function writeAll(file: FileHandle, bytes: Buffer, startByte: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, startByte + done);
    done += bytesWritten;
  }
}

async function* readRange(path: string, startByte: number, endByte: number): AsyncGenerator<Buffer> {
  await using file = await open(path, "r");
  for (let at = startByte; at < endByte;) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, endByte - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** The new name survives a power cut. Windows opens no folders and needs none of this. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await using folder = await open(path, "r");
  // A share of another system may know no such call.
  await folder.sync().catch(() => {});
}

function entryOf(name: string, found: Stats): AreaEntry {
  const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  return { name, kind, sizeBytes: found.size, modifiedAtMs: Math.trunc(found.mtimeMs) };
}

async function gone<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return null;
    throw error;
  }
}

/** Shares of other systems know no modes; whether the file can be read is proved by its address. */
function ignoreRefusal(error: unknown): void {
  if (!["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(codeOf(error))) throw error;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

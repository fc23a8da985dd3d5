import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import type { Client } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import { ask, fetchFile, sendFile } from "./copy-file.ts";
import { shellWord } from "./run-script.ts";

export interface TreeCopyOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly onMessage: (text: string) => void;
}

export interface Copied {
  readonly files: number;
  readonly bytes: number;
}

interface FileCopy {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
}

/** More than this in one copy is a mistake. */
const maxFiles = 50_000;

/** Copies files and folders of the host into a folder of the guest. Links are followed, devices left out. */
export async function sendTree(
  client: Client,
  paths: readonly string[],
  folder: string,
  options: TreeCopyOptions,
): Promise<Copied> {
  const list: FileCopy[] = [];
  for (const path of paths) await collect(path, posix.join(folder, basename(path)), list);
  return copyAll(list, (copy, progress) => sendFile(client, copy.from, copy.to, progress), options);
}

/** Copies a file or folder of the guest into a folder of the host. Names that would lead out of it are refused. */
export async function fetchTree(
  client: Client,
  path: string,
  toFolder: string,
  options: TreeCopyOptions,
): Promise<Copied> {
  const root = path.replace(/\/+$/, "") || "/";
  const found = await ask(
    client,
    `[ -e ${shellWord(root)} ] || { echo 'there is no such file' >&2; exit 1; }
find ${shellWord(root)} -type f -exec wc -c {} \\;`,
    options.signal,
  );
  const list = found.split("\n").flatMap((line): FileCopy[] => {
    const match = /^\s*(\d+) (.*)$/.exec(line);
    if (match === null) return [];
    const from = match[2] ?? "";
    const relative = from === root ? "" : from.slice(root === "/" ? 1 : root.length + 1);
    if (!from.startsWith(root) || !isPlain(relative))
      throw new AppError("protocol", "The guest names a file that would lead out of the folder");
    return [{ from, to: join(toFolder, posix.basename(root), relative), sizeBytes: Number(match[1]) }];
  });
  return copyAll(list, (copy, progress) => fetchFile(client, copy.from, copy.to, progress), options);
}

const isPlain = (relative: string): boolean =>
  !relative.includes("\\") && !relative.split("/").some((part) => part === ".." || part === ".");

async function collect(path: string, to: string, list: FileCopy[]): Promise<void> {
  const entry = await stat(path).catch((error: unknown) => {
    throw AppError.from(error);
  });
  if (list.length > maxFiles)
    throw new AppError("bad-input", `There are more than ${maxFiles} files to copy`);
  if (entry.isFile()) list.push({ from: path, to, sizeBytes: entry.size });
  if (!entry.isDirectory()) return;
  for (const name of (await readdir(path)).toSorted())
    await collect(join(path, name), posix.join(to, name), list);
}

async function copyAll(
  list: readonly FileCopy[],
  copyOne: (
    copy: FileCopy,
    options: { signal: AbortSignal; onProgress: (doneBytes: number) => void },
  ) => Promise<void>,
  { signal, onProgress, onMessage }: TreeCopyOptions,
): Promise<Copied> {
  const total = list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let before = 0;
  onProgress(0, total);
  for (const copy of list) {
    onMessage(posix.basename(copy.to));
    const start = before;
    await copyOne(copy, { signal, onProgress: (bytes) => onProgress(Math.min(start + bytes, total), total) });
    before += copy.sizeBytes;
    onProgress(before, total);
  }
  return { files: list.length, bytes: total };
}

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat, statfs, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { openReply } from "#providers/http/open-reply.ts";
import { connectionRefusal } from "#core/lib/connection-refusal.ts";
import { unreachableWords } from "#core/lib/unreachable.ts";
import { readJson, syncDirectory, writeJson } from "#core/library/json-file.ts";
import type { Clock } from "#ports/ports.ts";

export interface Download {
  readonly url: string;
  /** Where the file is to be; `<path>.part` and `<path>.part.json` lie beside it until it is whole. */
  readonly path: string;
  readonly sha256: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Bytes that lie on the disk. `totalBytes` is null until the server has told. */
  readonly onProgress: (doneBytes: number, totalBytes: number | null) => void;
  readonly onMessage: (text: string) => void;
  /** For tests. */
  readonly timing?: DownloadTiming;
}

export interface DownloadTiming {
  /** A connection without a byte for so long is given up and made anew. */
  readonly silenceMs: number;
  /** Broken connections in a row that brought nothing before it fails. */
  readonly barrenTries: number;
  readonly pauseMs: number;
}

const defaultTiming: DownloadTiming = { silenceMs: 60_000, barrenTries: 5, pauseMs: 2_000 };

/** What the unfinished file is a part of; another file or another version of it starts afresh. */
const PartSchema = z.object({
  version: z.literal(1),
  url: z.string(),
  sha256: z.string(),
  /** Validator for If-Range (RFC 9110 13.1.5): a strong ETag or the date; null: the server gives none. */
  validator: z.string().nullable(),
  totalBytes: z.number().nullable(),
});
type Part = z.infer<typeof PartSchema>;

/** A server may hold back nothing of a part that is proved in the end; so much room must stay on the disk. */
const spareBytes = 64 * 1024 ** 2;

export const partPath = (path: string): string => `${path}.part`;
const partNotePath = (path: string): string => `${path}.part.json`;

/**
 * Fetches a file over HTTP, goes on where an earlier attempt stopped (also of another process), and proves it by its
 * SHA-256 before it gets its name. Throws `network`, `disk-full`, `verify-failed` (what was fetched is then removed),
 * `provider-error` (the server refuses) or `cancelled` (what is there stays for the next time).
 */
export async function downloadFile(download: Download): Promise<{ sizeBytes: number }> {
  const { path, signal, clock, timing = defaultTiming } = download;
  let barren = 0;
  for (;;) {
    const before = await sizeOf(partPath(path));
    try {
      const sizeBytes = await fetchRest(download);
      await rename(partPath(path), path);
      await syncDirectory(dirname(path));
      await rm(partNotePath(path), { force: true });
      return { sizeBytes };
    } catch (error) {
      const failure = AppError.from(error);
      if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
      if (failure.code !== "network" || failure.retry === "never") throw failure;
      barren = (await sizeOf(partPath(path))) > before ? 0 : barren + 1;
      if (barren >= timing.barrenTries) throw failure;
      download.onMessage(`${failure.message}; trying again`);
      await clock.sleep(timing.pauseMs * 2 ** Math.min(barren, 4), signal);
    }
  }
}

/** Removes what an unfinished download left. */
export async function removePart(path: string): Promise<void> {
  await rm(partPath(path), { force: true });
  await rm(partNotePath(path), { force: true });
}

async function fetchRest(download: Download): Promise<number> {
  const { url, path, signal, onMessage } = download;
  const known = await knownPart(download);
  const hash = createHash("sha256");
  let haveBytes = known === null ? 0 : await sizeOf(partPath(path));
  if (haveBytes > 0) {
    onMessage("Reading what is there already");
    await addFile(hash, partPath(path), signal);
  }
  const stall = createStallSignal(download.timing?.silenceMs ?? defaultTiming.silenceMs);
  const limited = AbortSignal.any([signal, stall.signal]);
  try {
    const reply = await ask(url, haveBytes > 0 ? known : null, haveBytes, limited);
    if (reply.status === 200 && haveBytes > 0) return await fetchAfresh(download, reply, stall, limited);
    if (reply.status === 416 || isComplete(known, haveBytes)) {
      await reply.body?.cancel();
      return await prove(download, hash, haveBytes);
    }
    const totalBytes = totalOf(reply, haveBytes);
    if (haveBytes === 0) await writePart(download, reply, totalBytes);
    await assertRoom(path, totalBytes === null ? 0 : totalBytes - haveBytes);
    onMessage(new URL(reply.url === "" ? url : reply.url).host);
    await using file = await open(partPath(path), haveBytes === 0 ? "w" : "a");
    haveBytes = await copy(reply, file, hash, { haveBytes, totalBytes, stall, signal: limited, download });
    if (totalBytes !== null && haveBytes < totalBytes) throw broken(url, "ended too soon");
    return await prove(download, hash, haveBytes);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const failure = AppError.from(error);
    if (failure.code === "disk-full" || failure.code === "permission-denied") throw failure;
    throw stall.signal.aborted ? broken(url, "sent nothing for too long", error) : notReached(url, error);
  } finally {
    stall.stop();
  }
}

/** The server gives the whole although a part was asked for: the file is another one now, or it knows no ranges. */
async function fetchAfresh(
  download: Download,
  reply: Response,
  stall: Stall,
  signal: AbortSignal,
): Promise<number> {
  const totalBytes = totalOf(reply, 0);
  await writePart(download, reply, totalBytes);
  await using file = await open(partPath(download.path), "w");
  const hash = createHash("sha256");
  const haveBytes = await copy(reply, file, hash, { haveBytes: 0, totalBytes, stall, signal, download });
  if (totalBytes !== null && haveBytes < totalBytes) throw broken(download.url, "ended too soon");
  return prove(download, hash, haveBytes);
}

/** As many as browsers follow. */
const mostRedirects = 20;

async function ask(url: string, part: Part | null, fromByte: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "user-agent": "goldsmith", "accept-encoding": "identity" };
  if (part !== null) {
    headers["range"] = `bytes=${fromByte}-`;
    if (part.validator !== null) headers["if-range"] = part.validator;
  }
  const reply = await openReply(url, { headers, signal, mostRedirects });
  if ([200, 206, 416].includes(reply.status)) return reply;
  await reply.body?.cancel();
  const later = reply.status === 429 || reply.status >= 500;
  if (later) throw broken(url, `answers ${reply.status}`);
  throw new AppError("provider-error", `${new URL(url).host} answers ${reply.status} for ${basename(url)}`, {
    hint: "The file may have moved. Refresh the catalogue or download it with a browser and add it as your own.",
  });
}

async function copy(
  reply: Response,
  file: FileHandle,
  hash: Hash,
  how: {
    haveBytes: number;
    totalBytes: number | null;
    stall: Stall;
    signal: AbortSignal;
    download: Download;
  },
): Promise<number> {
  let haveBytes = how.haveBytes;
  how.download.onProgress(haveBytes, how.totalBytes);
  try {
    for await (const piece of (reply.body ?? []) as AsyncIterable<Uint8Array>) {
      how.stall.heard();
      if (how.totalBytes !== null && haveBytes + piece.byteLength > how.totalBytes)
        throw new AppError("protocol", "The server sends more than it said");
      await file.writeFile(piece); // at the handle's own position: it goes on where it stopped
      hash.update(piece);
      haveBytes += piece.byteLength;
      how.download.onProgress(haveBytes, how.totalBytes);
    }
  } finally {
    await file.sync();
  }
  return haveBytes;
}

async function prove(download: Download, hash: Hash, sizeBytes: number): Promise<number> {
  const got = hash.digest("hex");
  if (got === download.sha256) return sizeBytes;
  await removePart(download.path);
  throw new AppError("verify-failed", `${basename(download.path)} is not the file that the project lists`, {
    hint: "What was fetched is removed. Try again; if it happens twice, a mirror or a proxy changes files.",
    retry: "now",
    details: { expected: download.sha256, got, sizeBytes },
  });
}

async function knownPart({ url, path, sha256 }: Download): Promise<Part | null> {
  const part = await readJson(partNotePath(path), PartSchema).catch(() => null);
  return part !== null && part.url === url && part.sha256 === sha256 ? part : null;
}

async function writePart(
  { url, path, sha256 }: Download,
  reply: Response,
  totalBytes: number | null,
): Promise<void> {
  const etag = reply.headers.get("etag");
  const validator =
    etag !== null && !etag.startsWith("W/") ? etag : (reply.headers.get("last-modified") ?? null);
  await rm(partPath(path), { force: true });
  await writeJson(partNotePath(path), { version: 1, url, sha256, validator, totalBytes } satisfies Part);
}

const isComplete = (part: Part | null, haveBytes: number): boolean =>
  part?.totalBytes !== undefined && part.totalBytes === haveBytes;

/** Of the whole file. Throws when the server gives another part than was asked for. */
function totalOf(reply: Response, fromByte: number): number | null {
  if (reply.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(reply.headers.get("content-range") ?? "");
    if (range === null || Number(range[1]) !== fromByte)
      throw new AppError("protocol", "The server answers with another part of the file than was asked for");
    return range[2] === "*" ? null : Number(range[2]);
  }
  const length = Number(reply.headers.get("content-length") ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 ? length : null;
}

async function assertRoom(path: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize >= neededBytes + spareBytes) return;
  throw new AppError("disk-full", `There is no room for ${basename(path)} in ${dirname(path)}`, {
    hint: "Free some space, then try again: what is there is kept.",
    retry: "later",
    details: { neededBytes, freeBytes: bavail * bsize },
  });
}

async function addFile(hash: Hash, path: string, signal: AbortSignal): Promise<void> {
  const pieces = createReadStream(path, { highWaterMark: 1024 ** 2, signal }) as AsyncIterable<Buffer>;
  for await (const piece of pieces) hash.update(piece);
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const broken = (url: string, what: string, cause?: unknown): AppError =>
  new AppError("network", `${new URL(url).host} ${what}`, { retry: "now", cause });

/** A certificate or a proxy that says no does so the next time as well. */
function notReached(url: string, error: unknown): AppError {
  const refused = connectionRefusal(error);
  if (refused === null) return broken(url, unreachableWords(error) ?? "broke the connection", error);
  const { words, hint } = refused;
  return new AppError("network", `${new URL(url).host} ${words}`, { hint, retry: "never", cause: error });
}

interface Stall {
  readonly signal: AbortSignal;
  heard(): void;
  stop(): void;
}

function createStallSignal(silenceMs: number): Stall {
  const late = new AbortController();
  let timer = setTimeout(() => late.abort(), silenceMs);
  return {
    signal: late.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(() => late.abort(), silenceMs);
    },
    stop: () => clearTimeout(timer),
  };
}

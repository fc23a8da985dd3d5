import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { openReply } from "../http/open-reply.ts";
import { ImportFailure } from "./import-failure.ts";
import type { IntakeRules } from "./intake-rules.ts";

const mostRedirects = 3;

export interface FetchTask {
  readonly rules: IntakeRules;
  /** Bytes fetched, and how many there will be as far as the other side tells. */
  readonly onProgress?: (doneBytes: number, totalBytes: number | null) => void;
  /** Asked with what is known of the size: throws ImportFailure when the account has no room for it. */
  readonly admit?: (sizeBytes: number) => void;
}

/** Fetches into a file. Throws ImportFailure, or what aborted. */
export async function fetchImage(
  address: string,
  targetPath: string,
  task: FetchTask,
  signal: AbortSignal,
): Promise<{ fileBytes: number; sha256: string }> {
  if (task.rules.sendsHead) {
    const head = await follow(address, "HEAD", task, signal);
    refuseTooLarge(lengthOf(head) ?? 0, task);
  }
  const reply = await follow(address, "GET", task, signal);
  if (reply.body === null) throw new ImportFailure("The image URL gave an empty answer.");
  const totalBytes = lengthOf(reply);
  const hash = createHash("sha256");
  let fileBytes = 0;
  const file = await open(targetPath, "w");
  try {
    refuseTooLarge(totalBytes ?? 0, task);
    for await (const piece of reply.body as AsyncIterable<Uint8Array>) {
      fileBytes += piece.byteLength;
      refuseTooLarge(fileBytes, task);
      hash.update(piece);
      await file.writeFile(piece);
      task.onProgress?.(fileBytes, totalBytes);
    }
    await file.sync();
  } catch (error) {
    if (signal.aborted || error instanceof ImportFailure) throw error;
    throw new ImportFailure(`The download broke off after ${fileBytes} bytes (unexpected EOF).`);
  } finally {
    await file.close();
  }
  if (fileBytes === 0) throw new ImportFailure("The image URL gave an empty file.");
  return { fileBytes, sha256: hash.digest("hex") };
}

/** What a file begins with, at most so many bytes. Throws ImportFailure, or what aborted. */
export async function readBeginning(
  address: string,
  mostBytes: number,
  task: FetchTask,
  signal: AbortSignal,
): Promise<Buffer> {
  const reply = await follow(address, "GET", task, signal);
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    // Leaving the loop ends the transfer.
    for await (const piece of (reply.body ?? []) as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      sizeBytes += piece.byteLength;
      if (sizeBytes >= mostBytes) break;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ImportFailure(`The download broke off after ${sizeBytes} bytes (unexpected EOF).`);
  }
  return Buffer.concat(pieces).subarray(0, mostBytes);
}

function lengthOf(reply: Response): number | null {
  const length = reply.headers.get("content-length");
  return length === null ? null : Number(length);
}

function refuseTooLarge(sizeBytes: number, task: FetchTask): void {
  const { sizeLimitBytes } = task.rules;
  if (sizeBytes >= sizeLimitBytes) {
    throw new ImportFailure(`The image is larger than ${sizeLimitBytes / 1e9} GB.`);
  }
  task.admit?.(sizeBytes);
}

async function follow(
  address: string,
  method: "HEAD" | "GET",
  task: FetchTask,
  signal: AbortSignal,
): Promise<Response> {
  let url = allowed(address, task);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const reply = await send(url, method, signal);
    if (reply.status === 200) return reply;
    await reply.body?.cancel();
    const location = reply.status >= 300 && reply.status < 400 ? reply.headers.get("location") : null;
    if (location === null) throw new ImportFailure(`The image URL answered ${method} with ${reply.status}.`);
    url = allowed(new URL(location, url).href, task);
  }
  throw new ImportFailure("The image URL redirects too often.");
}

async function send(url: URL, method: "HEAD" | "GET", signal: AbortSignal): Promise<Response> {
  try {
    return await openReply(url, { method, signal, headers: { "accept-encoding": "identity" } });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ImportFailure(`The image URL could not be reached (${url.host}).`);
  }
}

function allowed(address: string, { rules }: FetchTask): URL {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new ImportFailure("The image URL must be an http or https address.");
  }
  const loopback =
    url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname);
  if (rules.from === "loopback" && !loopback) {
    throw new ImportFailure(`A practice account fetches from this machine only, not from ${url.hostname}.`);
  }
  return url;
}

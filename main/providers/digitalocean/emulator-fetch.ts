import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

/** An import that ends as `deleted`; the message becomes `error_message`. */
export class ImportFailure extends Error {}

const mostRedirects = 3;
/** "Less than 100 GB." */
export const sizeLimitBytes = 100e9;

export interface FetchRules {
  /** A practice account fetches from this machine only, so that a mistake cannot reach anything else. */
  readonly from: "loopback" | "anywhere";
}

/** HEAD, then GET into a file, as the real importer does it. Throws ImportFailure. */
export async function fetchImage(
  address: string,
  targetPath: string,
  rules: FetchRules,
  signal: AbortSignal,
): Promise<{ fileBytes: number; sha256: string }> {
  const head = await follow(address, "HEAD", rules, signal);
  const length = head.headers.get("content-length");
  if (length !== null) refuseTooLarge(Number(length));
  const reply = await follow(address, "GET", rules, signal);
  if (reply.body === null) throw new ImportFailure("The image URL gave an empty answer.");
  const hash = createHash("sha256");
  let fileBytes = 0;
  const file = await open(targetPath, "w");
  try {
    for await (const piece of reply.body as AsyncIterable<Uint8Array>) {
      fileBytes += piece.byteLength;
      refuseTooLarge(fileBytes);
      hash.update(piece);
      await file.writeFile(piece);
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

function refuseTooLarge(sizeBytes: number): void {
  if (sizeBytes >= sizeLimitBytes) throw new ImportFailure("The image is larger than 100 GB.");
}

async function follow(
  address: string,
  method: "HEAD" | "GET",
  rules: FetchRules,
  signal: AbortSignal,
): Promise<Response> {
  let url = allowed(address, rules);
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const reply = await send(url, method, signal);
    if (reply.status === 200) return reply;
    await reply.body?.cancel();
    const location = reply.status >= 300 && reply.status < 400 ? reply.headers.get("location") : null;
    if (location === null) throw new ImportFailure(`The image URL answered ${method} with ${reply.status}.`);
    url = allowed(new URL(location, url).href, rules);
  }
  throw new ImportFailure("The image URL redirects too often.");
}

async function send(url: URL, method: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      redirect: "manual",
      signal,
      headers: { "accept-encoding": "identity" },
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ImportFailure(`The image URL could not be reached (${url.host}).`);
  }
}

function allowed(address: string, rules: FetchRules): URL {
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

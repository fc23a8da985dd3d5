import { open } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import { networkError } from "#providers/http/network-error.ts";
import { openReply } from "#providers/http/open-reply.ts";

const compareBytes = 4096;
const requestTimeoutMs = 30_000;
/** Some stores show a new object to everybody only a moment later. */
const tries = 3;
const pauseMs = 1_500;

const linkHint =
  "Allow that single objects of the bucket are read by everybody, or give an address (public URL) under which they can be read. Then retry: the upload is kept.";

/**
 * Looks at the staged object as the provider will: HEAD, then GET, without credentials and without following a
 * redirect. Right length, right first bytes, no page in its place; tells under which content type. Throws `staging-failed` or `network`. A signed
 * link has an address of its own for HEAD.
 */
export async function checkLink(
  { url, headUrl }: { url: string; headUrl: string },
  file: { path: string; sizeBytes: number },
  clock: Clock,
  signal: AbortSignal,
  onContentType: (contentType: string) => void = () => {},
): Promise<void> {
  const expected = await firstBytes(file.path, Math.min(compareBytes, file.sizeBytes));
  for (let attempt = 1; ; attempt++) {
    try {
      await checkHead(headUrl, file.sizeBytes, signal);
      onContentType(await checkGet(url, file.sizeBytes, expected, signal));
      return;
    } catch (error) {
      if (attempt >= tries || signal.aborted) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}

async function checkHead(url: string, sizeBytes: number, signal: AbortSignal): Promise<void> {
  const reply = await ask(url, "HEAD", {}, signal);
  await reply.body?.cancel();
  assertDirect(reply, "HEAD", [200]);
  const length = reply.headers.get("content-length");
  if (length !== String(sizeBytes)) {
    throw failed(
      `The staged object's address tells a length of ${length ?? "nothing"} instead of ${sizeBytes} bytes`,
    );
  }
}

async function checkGet(
  url: string,
  sizeBytes: number,
  expected: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  const reply = await ask(url, "GET", { range: `bytes=0-${expected.length - 1}` }, signal);
  assertDirect(reply, "GET", [200, 206]);
  const range = reply.headers.get("content-range");
  if (reply.status === 206 && range !== `bytes 0-${expected.length - 1}/${sizeBytes}`) {
    await reply.body?.cancel();
    throw failed("The staged object's address answers with another part than was asked for");
  }
  const got = await readFirst(reply, expected.length, url, signal);
  if (!Buffer.from(got).equals(expected))
    throw failed("The staged object's address gives other bytes than the image's");
  return (reply.headers.get("content-type") ?? "no content type")
    .replaceAll(/[^\x20-\x7e]/g, "")
    .slice(0, 100);
}

function assertDirect(reply: Response, method: string, wanted: readonly number[]): void {
  const { status } = reply;
  const page = (reply.headers.get("content-type") ?? "").startsWith("text/html");
  if (wanted.includes(status) && !page) return;
  void reply.body?.cancel();
  if (status >= 300 && status < 400) throw failed("The staged object's address redirects elsewhere");
  if (status === 401 || status === 403) {
    throw failed(`The staged object cannot be read without keys (${method} answers ${status})`);
  }
  if (page) throw failed("The staged object's address gives a web page instead of the image");
  throw failed(`The staged object's address answers ${method} with ${status}`);
}

async function ask(
  url: string,
  method: "HEAD" | "GET",
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
  try {
    return await openReply(url, {
      method,
      headers: { "accept-encoding": "identity", ...headers },
      signal: limited,
    });
  } catch (error) {
    throw networkError(error, `The staging storage (${new URL(url).host})`, signal.aborted);
  }
}

/** Reads no further than needed: a server that ignores the range would send the whole image. */
async function readFirst(
  reply: Response,
  count: number,
  url: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const piece of (reply.body ?? []) as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      sizeBytes += piece.byteLength;
      if (sizeBytes >= count) break; // cancels the rest
    }
  } catch (error) {
    throw networkError(error, `The staging storage (${new URL(url).host})`, signal.aborted);
  }
  return Buffer.concat(pieces).subarray(0, count);
}

async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const bytes = Buffer.alloc(count);
      const { bytesRead } = await file.read(bytes, 0, count, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw AppError.from(error);
  }
}

const failed = (message: string): AppError =>
  new AppError("staging-failed", message, { hint: linkHint, retry: "later" });

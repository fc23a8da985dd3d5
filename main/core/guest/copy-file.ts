import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Client } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import { openChannel, runScript, shellWord } from "./run-script.ts";

export interface CopyOptions {
  readonly signal: AbortSignal;
  /** Bytes of this file that are on the other side. */
  readonly onProgress: (doneBytes: number) => void;
}

/** GNU and BusyBox have sha256sum, FreeBSD has sha256, anything with OpenSSL the last one. */
const hashFunction = `hash_of() {
  if command -v sha256sum >/dev/null; then sha256sum < "$1" | cut -d' ' -f1
  elif command -v sha256 >/dev/null; then sha256 -q < "$1"
  else openssl dgst -sha256 -r < "$1" | cut -d' ' -f1; fi
}
`;

/**
 * Copies one file into the guest, which needs a shell and no SFTP server. What an earlier try has brought is gone on
 * with; the file gets its name when its SHA-256 is that of the source. A file that is there already and equal is
 * left. Throws `verify-failed`, `tool-failed` (no room, no right), `network`, `cancelled`.
 */
export async function sendFile(
  client: Client,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  const { signal } = options;
  const { size, mode } = await stat(source);
  const sha256 = await hashLocal(source, signal);
  const [file, part] = [shellWord(target), shellWord(`${target}.part`)];
  const before = await ask(
    client,
    `${hashFunction}mkdir -p ${shellWord(dirname(target))} || exit 1
[ -f ${file} ] && echo "have $(hash_of ${file})"
[ -f ${part} ] && echo "part $(wc -c < ${part} | tr -d ' ')"
exit 0`,
    signal,
  );
  if (before.includes(`have ${sha256}`)) return options.onProgress(size);
  const partBytes = Number(/^part (\d+)$/m.exec(before)?.[1] ?? 0);
  for (const from of partBytes > 0 && partBytes <= size ? [partBytes, 0] : [0]) {
    await append(client, source, { part, from, size }, options);
    const after = await ask(client, `${hashFunction}hash_of ${part}`, signal);
    if (after.trim() !== sha256) continue;
    await ask(client, `chmod ${(mode & 0o777).toString(8)} ${part} && mv -f ${part} ${file}`, signal);
    return;
  }
  throw new AppError("verify-failed", `${target} arrived changed`, {
    retry: "now",
    details: { source, sha256 },
  });
}

async function append(
  client: Client,
  source: string,
  { part, from, size }: { part: string; from: number; size: number },
  { signal, onProgress }: CopyOptions,
): Promise<void> {
  const channel = await openChannel(client, `cat ${from === 0 ? ">" : ">>"} ${part}`);
  const words: string[] = [];
  channel.stderr.on("data", (bytes: Buffer) => words.push(bytes.toString()));
  channel.resume();
  const exit = new Promise<number | null>((resolve) => {
    let code: number | null = null;
    channel.on("exit", (status: number | null) => (code = status));
    channel.on("close", () => resolve(code));
  });
  let done = from;
  onProgress(done);
  if (from < size) {
    const reader = createReadStream(source, { start: from });
    reader.on("data", (piece) => onProgress((done += piece.length)));
    await pipeline(reader, channel, { signal }).catch((error: unknown) => {
      if (signal.aborted) throw new AppError("cancelled", "Cancelled");
      if (words.length === 0)
        throw new AppError("network", "The connection to the guest broke", { retry: "now", cause: error });
    });
  } else channel.end();
  if ((await exit) === 0) return;
  throw new AppError("tool-failed", `The guest could not write the file: ${words.join("").trim()}`, {
    retry: "now",
  });
}

/** Copies one file out of the guest; resumes and verifies like `sendFile`. */
export async function fetchFile(
  client: Client,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  const { signal } = options;
  const file = shellWord(source);
  const seen = await ask(
    client,
    `${hashFunction}[ -f ${file} ] && [ -r ${file} ] || exit 1; echo "$(wc -c < ${file} | tr -d ' ') $(hash_of ${file})"`,
    signal,
  ).catch((error: unknown) => {
    if (AppError.from(error).code !== "tool-failed") throw error;
    throw new AppError("not-found", `There is no readable file ${source} in the guest`);
  });
  const [sizeText, sha256] = seen.trim().split(" ");
  const size = Number(sizeText);
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  const partBytes = await stat(part).then(
    (one) => one.size,
    () => 0,
  );
  for (const from of partBytes > 0 && partBytes <= size ? [partBytes, 0] : [0]) {
    const channel = await openChannel(client, `tail -c +${from + 1} ${file}`);
    let done = from;
    channel.on("data", (piece: Buffer) => options.onProgress((done += piece.length)));
    await pipeline(channel, createWriteStream(part, { flags: from === 0 ? "w" : "a" }), { signal });
    if ((await hashLocal(part, signal)) !== sha256) continue;
    await chmod(part, 0o644);
    await rename(part, target);
    return;
  }
  throw new AppError("verify-failed", `${source} arrived changed`, {
    hint: "It may be written to in the guest.",
    retry: "now",
  });
}

async function hashLocal(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest("hex");
}

/** Runs a script of ours and answers what it printed; throws `tool-failed` with its words. */
export async function ask(client: Client, script: string, signal: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await runScript(client, script, { signal });
  if (exitCode === 0) return stdout;
  throw new AppError("tool-failed", `The guest answered: ${stderr.trim() || `exit code ${exitCode}`}`, {
    retry: "now",
    details: { exitCode, stderr: stderr.slice(-4000) },
  });
}

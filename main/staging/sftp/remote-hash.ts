import type { SftpSession } from "./sftp-session.ts";

/** A server's slow disk, far below what any computes. */
const slowestBytesPerSecond = 20 * 1024 * 1024;
const leastTimeoutMs = 60_000;

/**
 * Hex SHA-256 of a file's first bytes as a shell of the server computes it: coreutils, Perl's shasum (macOS, some
 * BSDs) or OpenSSL. null: the server runs no commands, or has none of these.
 */
export async function hashBySsh(
  session: SftpSession,
  path: string,
  byteCount: number,
): Promise<string | null> {
  const quoted = `'${path.replaceAll("'", `'\\''`)}'`;
  // One that is missing does not touch its input, so the next one gets all of it.
  const tools = "sha256sum 2>/dev/null || shasum -a 256 2>/dev/null || openssl dgst -sha256 -r 2>/dev/null";
  // A shell that sees other folders than the SFTP server does says nothing, rather than the hash of nothing.
  const command = `[ -r ${quoted} ] && head -c ${byteCount} ${quoted} | { ${tools}; }`;
  const timeoutMs = leastTimeoutMs + (byteCount / slowestBytesPerSecond) * 1000;
  const output = await session.run(command, timeoutMs);
  return /^\\?([0-9a-f]{64})\b/.exec(output ?? "")?.[1] ?? null;
}

import type { AnyAuthMethod, Client, SFTPWrapper } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { SftpAccess } from "./sftp-access.ts";
import { SftpSession } from "./sftp-session.ts";

const connectTimeoutMs = 10_000;
/** Three of these without an answer end the connection; also keeps NAT tables from forgetting it. */
const keepAliveMs = 15_000;

/**
 * Opens a connection to a server whose key is the accepted one. Rejects with AppErrors of ours or with ssh2's own
 * errors. An abort ends the attempt; later it is the caller's to end the session.
 */
export async function connect(
  access: SftpAccess,
  credentials: AnyAuthMethod[],
  signal: AbortSignal,
): Promise<SftpSession> {
  signal.throwIfAborted();
  // Loaded at the first connection: it costs a start of the app more than most commands take.
  const { Client } = await import("ssh2");
  const client = new Client();
  let refused: AppError | null = null;
  const stop = (): void => void client.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.once("error", reject);
      client.once("close", () => reject(new Error("The server closed the connection")));
      client.connect({
        host: access.host,
        port: access.port,
        username: access.username,
        readyTimeout: connectTimeoutMs,
        keepaliveInterval: keepAliveMs,
        keepaliveCountMax: 3,
        hostVerifier: (key: Buffer) => {
          refused = refusedKey(access, fingerprintOf(key));
          return refused === null;
        },
        authHandler: credentials,
      });
    });
    const sftp = await openChannel(client);
    signal.throwIfAborted();
    return new SftpSession(client, sftp);
  } catch (error) {
    client.on("error", () => {}); // what it says while it goes down
    client.destroy();
    throw refused ?? error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function openChannel(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.once("close", () => reject(new Error("The server closed the connection")));
    client.sftp((error, sftp) => (error === undefined ? resolve(sftp) : reject(error)));
  });
}

function refusedKey(access: SftpAccess, hostKeySha256: string): AppError | null {
  const { host, hostKeySha256: accepted } = access;
  if (accepted === hostKeySha256) return null;
  if (accepted === null) {
    return new AppError("untrusted-host", `The key of ${host} has not been accepted yet: ${hostKeySha256}`, {
      details: { host, hostKeySha256 },
    });
  }
  return new AppError("untrusted-host", `${host} shows another key than the accepted one: ${hostKeySha256}`, {
    hint: "Its owner may have set it up anew, or somebody stands between. Ask before you accept the new key.",
    details: { host, hostKeySha256, acceptedSha256: accepted },
  });
}

import { AppError } from "#core/lib/app-error.ts";
import { fingerprintOf } from "./fingerprint.ts";

const timeoutMs = 10_000;
/** An SSH public key begins with the length and the name of its type (RFC 4253, 6.6). */
const longestTypeBytes = 64;

/**
 * The key that an SSH server shows, before anybody logs in: nothing but the greeting is sent. To be compared by a
 * person with what the server's owner says. Throws `network` when there is no such server.
 */
export async function readHostKey(
  address: { host: string; port: number },
  signal: AbortSignal,
): Promise<{ sha256: string; type: string }> {
  const { Client } = await import("ssh2");
  const client = new Client();
  const stop = (): void => void client.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const key = await new Promise<Buffer>((resolve, reject) => {
      client.on("error", reject);
      client.once("close", () => reject(new Error("The server closed the connection")));
      client.connect({
        ...address,
        username: "none",
        readyTimeout: timeoutMs,
        hostVerifier: (shown: Buffer) => {
          resolve(shown);
          return false;
        },
      });
    });
    const typeBytes = Math.min(key.readUInt32BE(0), longestTypeBytes);
    return { sha256: fingerprintOf(key), type: key.toString("latin1", 4, 4 + typeBytes) };
  } catch (error) {
    if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError("network", `${address.host}:${address.port} shows no SSH key: ${why}`, {
      hint: "Check the host's name and the port of its SSH server.",
      retry: "later",
      cause: error,
    });
  } finally {
    signal.removeEventListener("abort", stop);
    client.on("error", () => {}); // what it says while it goes down
    client.destroy();
  }
}

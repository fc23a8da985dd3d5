import { createHash } from "node:crypto";
import type { Client, ConnectConfig } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";

export interface GuestAddress {
  readonly host: string;
  readonly port: number;
}

export interface GuestLogin {
  readonly username: string;
  readonly auth: { readonly privateKey: string } | { readonly password: string };
}

interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Throws when the host key is not the one that is known. */
  readonly assertHostKey: (fingerprint: string) => Promise<void>;
  /** Default 30 s: an emulated guest computes long for its keys. */
  readonly timeoutMs?: number;
}

/** A guest that hangs is told from one that is slow: three of these without an answer end the connection. */
const keepaliveMs = 15_000;

/**
 * Connects and logs in. Throws `network` (nothing answers there), `unauthorized`, `verify-failed` (another host
 * key), `timeout`, `cancelled`. End it with `client.end()`.
 */
export async function connectGuest(
  address: GuestAddress,
  login: GuestLogin,
  options: ConnectOptions,
): Promise<Client> {
  const { default: ssh2 } = await import("ssh2");
  const client = new ssh2.Client();
  let refusal: AppError | null = null;
  const config: ConnectConfig = {
    ...address,
    username: login.username,
    readyTimeout: options.timeoutMs ?? 30_000,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: 3,
    hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
      const fingerprint = `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
      options.assertHostKey(fingerprint).then(
        () => verify(true),
        (error: unknown) => {
          refusal = AppError.from(error);
          verify(false);
        },
      );
    },
    ...("privateKey" in login.auth
      ? { privateKey: login.auth.privateKey }
      : { password: login.auth.password, tryKeyboard: true }),
  };
  if ("password" in login.auth) {
    const { password } = login.auth;
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.map(() => password)),
    );
  }
  const onAbort = (): void => void client.destroy();
  options.signal.addEventListener("abort", onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.once("error", reject);
      client.once("close", () => reject(new AppError("network", "The guest hung up")));
      if (options.signal.aborted) reject(new AppError("cancelled", "Cancelled"));
      else client.connect(config);
    });
    client.on("error", () => {}); // "close" follows; what is under way hears of it
    return client;
  } catch (error) {
    client.destroy();
    if (options.signal.aborted) throw new AppError("cancelled", "Cancelled");
    throw refusal ?? connectError(error, login.username);
  } finally {
    options.signal.removeEventListener("abort", onAbort);
  }
}

function connectError(error: unknown, username: string): AppError {
  if (error instanceof AppError) return error;
  const level = error instanceof Error && "level" in error ? String(error.level) : "";
  if (level === "client-authentication") {
    return new AppError("unauthorized", `The guest does not let ${username} in`, {
      hint: "Check user and password; sshd may forbid passwords or root.",
      retry: "now",
      cause: error,
    });
  }
  if (level === "client-timeout") {
    return new AppError("timeout", "The guest's SSH server does not answer", {
      hint: "It may still be booting.",
      retry: "later",
      cause: error,
    });
  }
  return new AppError("network", "The guest cannot be reached by SSH", {
    hint: "It may still be booting, or it has no SSH server.",
    retry: "later",
    cause: error,
  });
}

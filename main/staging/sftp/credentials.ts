import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { AnyAuthMethod, ParsedKey } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import type { SftpAccess } from "./sftp-access.ts";

/**
 * The ways in which a user logs in, to be tried in this order. A key comes decrypted, so that its passphrase, which
 * is slow to try on purpose, is used once and not for every connection.
 */
export async function readCredentials(access: SftpAccess): Promise<AnyAuthMethod[]> {
  const { auth, username, secret, keyPath, agentSocket } = access;
  if (auth === "key") return [{ type: "publickey", username, key: await readKey(keyPath, secret) }];
  if (auth === "password") {
    const password = secret ?? "";
    return [
      { type: "password", username, password },
      // Some servers ask for the password this way only.
      {
        type: "keyboard-interactive",
        username,
        prompt: (_name, _text, _language, prompts, answer) => answer(prompts.map(() => password)),
      },
    ];
  }
  if (agentSocket !== null) return [{ type: "agent", username, agent: agentSocket }];
  throw new AppError("unauthorized", "No SSH agent runs here (SSH_AUTH_SOCK is not set)", {
    hint: "Start one and add the key with ssh-add, or use a password or a key file.",
  });
}

async function readKey(keyPath: string | null, passphrase: string | null): Promise<ParsedKey> {
  if (keyPath === null) throw new AppError("bad-input", "No file of a private key is named");
  const path = keyPath.startsWith("~/") ? join(homedir(), keyPath.slice(2)) : keyPath;
  const text = await readFile(path).catch((error: unknown) => {
    throw new AppError("unauthorized", `The private key ${path} cannot be read`, {
      cause: error,
      hint: "Correct its path or its access rights.",
    });
  });
  const { default: ssh2 } = await import("ssh2");
  const parsed = ssh2.utils.parseKey(text, passphrase ?? undefined);
  if (!(parsed instanceof Error)) return parsed;
  throw new AppError("unauthorized", `The private key ${path} cannot be used: ${parsed.message}`, {
    hint: "Give its passphrase, or choose another key.",
  });
}

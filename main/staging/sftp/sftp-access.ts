import type { SftpPlace } from "#contract/staging.ts";

/** A place with what opens it. */
export interface SftpAccess extends SftpPlace {
  /** Password, or passphrase of the key; null: none is needed. */
  readonly secret: string | null;
  /** Of ssh-agent; null: none runs. */
  readonly agentSocket: string | null;
}

/** How OpenSSH and its ports find the agent. */
export function agentSocketOf(env: NodeJS.ProcessEnv): string | null {
  return env["SSH_AUTH_SOCK"] ?? (process.platform === "win32" ? "\\\\.\\pipe\\openssh-ssh-agent" : null);
}

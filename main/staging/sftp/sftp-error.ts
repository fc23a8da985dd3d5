import { AppError } from "#core/lib/app-error.ts";
import type { SftpAccess } from "./sftp-access.ts";

/** SSH_FX_* of draft-ietf-secsh-filexfer-02, which OpenSSH speaks; 14 and 15 come from later drafts. */
export const sftpStatus = { noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;
const outOfSpace = [14, 15];

/** ssh2's errors carry an SFTP status or a name of Node as `code`, and who was at fault as `level`. */
function shapeOf(error: unknown): { message: string; code: string | number; level: string } {
  const value = error instanceof Error ? (error as Error & { code?: unknown; level?: unknown }) : null;
  return {
    message: value?.message.slice(0, 500) ?? "",
    code: typeof value?.code === "string" || typeof value?.code === "number" ? value.code : "",
    level: typeof value?.level === "string" ? value.level : "",
  };
}

export const statusOf = (error: unknown): number | null => {
  const { code } = shapeOf(error);
  return typeof code === "number" ? code : null;
};

/** Whether the connection was lost or never came about, so that another one may help. What we worded is final. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof AppError) return false;
  const { code, level, message } = shapeOf(error);
  if (level === "client-socket" || level === "client-timeout" || level === "client-dns") return true;
  // What ssh2 says when a channel or a connection ended without a word.
  return (
    (typeof code === "string" && /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_)/.test(code)) ||
    /No response from server|closed the connection|Not connected|Connection lost before handshake/.test(
      message,
    )
  );
}

/** An error of ssh2 in words for the user. Nothing in it is secret: ssh2 shows neither passwords nor keys. */
export function sftpError(error: unknown, access: SftpAccess): AppError {
  if (error instanceof AppError) return error;
  const { host, port, username, directory } = access;
  const { message, code, level } = shapeOf(error);
  const options = { cause: error, details: { host, port, username, directory, code, level } };
  if (error instanceof Error && error.name === "AbortError") {
    return new AppError("cancelled", "Cancelled", options);
  }
  if (isConnectionLoss(error)) {
    const why = typeof code === "string" && code !== "" ? code : message;
    return new AppError("network", `The server ${host}:${port} cannot be reached or went away (${why})`, {
      ...options,
      retry: "later",
      hint: "Check address, port and network, then retry: what has arrived is kept.",
    });
  }
  if (typeof code === "number") return refusal(code, message, access, options);
  if (level === "client-authentication" || level === "agent") {
    return new AppError(
      "unauthorized",
      `${host} does not let ${username} in with this ${authWords[access.auth]}`,
      {
        ...options,
        hint: authHints[access.auth],
      },
    );
  }
  const systemError = AppError.from(error);
  if (systemError.code !== "internal") return systemError;
  return new AppError("protocol", `${host}:${port} does not speak SFTP as expected: ${message}`, {
    ...options,
    hint: "Check the port: it must be that of an SSH server with SFTP.",
  });
}

const authWords = { password: "password", key: "key", agent: "agent's keys" } as const;
const authHints = {
  password: "Check user and password; some servers allow keys only.",
  key: "Is the key's public half in the user's authorized_keys on the server?",
  agent: "Is the key in the agent (ssh-add -l), and in the user's authorized_keys on the server?",
} as const;

function refusal(
  status: number,
  message: string,
  { host, username, directory }: SftpAccess,
  options: { cause: unknown; details: Record<string, unknown> },
): AppError {
  if (status === sftpStatus.permissionDenied) {
    return new AppError("permission-denied", `${username} may not do this in ${directory} on ${host}`, {
      ...options,
      hint: "Give the user the right to write in this folder, or choose another.",
    });
  }
  if (outOfSpace.includes(status) || /space|quota/i.test(message)) {
    return new AppError("disk-full", `The disk of ${host} is full: ${message}`, {
      ...options,
      retry: "later",
    });
  }
  if (status === sftpStatus.noSuchFile) {
    return new AppError("staging-failed", `There is no such file or folder in ${directory} on ${host}`, {
      ...options,
      hint: "Somebody else may have removed it. Retry.",
      retry: "now",
    });
  }
  return new AppError("staging-failed", `${host} refused: ${message} (SFTP status ${status})`, {
    ...options,
    hint: "SFTP tells no reason; often the disk or a quota is full. The server's log knows more.",
    retry: "later",
  });
}

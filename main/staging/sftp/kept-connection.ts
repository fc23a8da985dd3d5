import type { SftpSession } from "./sftp-session.ts";

/** Calls come in a row, and to log in takes longer than most of them. */
const keptMs = 2_000;

/** Keeps one connection for a moment, for the next call. Nobody has to close it. */
export class KeptConnection {
  #session: SftpSession | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** null: none is there, or it has ended meanwhile. */
  take(): SftpSession | null {
    const session = this.#session;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#session = null;
    return session?.isLost === false ? session : null;
  }

  async give(session: SftpSession): Promise<void> {
    if (session.isLost || this.#session !== null) return session[Symbol.asyncDispose]();
    this.#session = session;
    this.#timer = setTimeout(() => void this.take()?.[Symbol.asyncDispose](), keptMs);
    this.#timer.unref();
  }
}

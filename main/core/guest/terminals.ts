import type { ClientChannel } from "ssh2";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { HostTerminals, OpenTerminal, TerminalSize } from "#ports/terminals.ts";
import type { GuestAccess } from "./guest-access.ts";

interface OpenInput extends TerminalSize {
  readonly machineId: string;
  readonly kind: "host" | "ssh";
  readonly username?: string | undefined;
}

/** Shells beside a machine: of the guest by SSH, of the host in the machine's folder. */
export interface Terminals {
  /** Answers the terminal's id. Throws what SSH throws, `tool-missing`. */
  open(input: OpenInput, signal: AbortSignal): Promise<string>;
  /** The output from where the last reader stopped, until the shell ends. One reader at a time. */
  read(terminalId: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  write(terminalId: string, text: string): Promise<void>;
  resize(terminalId: string, size: TerminalSize): void;
  close(terminalId: string): void;
  closeAll(): void;
}

/** As much output waits for a reader; then the shell waits. */
const maxWaitingBytes = 256 * 1024;

/** A shell whose output is kept until it is read. */
class Held {
  readonly terminal: OpenTerminal;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #ended = false;
  #wake = (): void => {};

  constructor(terminal: OpenTerminal, onEnd: () => void) {
    this.terminal = terminal;
    terminal.onData((bytes) => {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes >= maxWaitingBytes) terminal.pause();
      this.#wake();
    });
    terminal.onEnd(() => {
      this.#ended = true;
      this.#wake();
      onEnd();
    });
    terminal.resume();
  }

  async *read(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const onAbort = (): void => this.#wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        const piece = this.#waiting.shift();
        if (piece !== undefined) {
          this.#waitingBytes -= piece.length;
          if (this.#waitingBytes < maxWaitingBytes / 2) this.terminal.resume();
          yield piece;
        } else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}

export function createTerminals(deps: {
  guest: Pick<GuestAccess, "connect">;
  host: HostTerminals;
  folder: (machineId: string) => string;
}): Terminals {
  const open = new Map<string, Held>();

  function get(terminalId: string): Held {
    const held = open.get(terminalId);
    if (held === undefined) throw new AppError("not-found", "This terminal is closed");
    return held;
  }

  return {
    async open({ machineId, kind, username, columns, rows }, signal) {
      const size = { columns, rows };
      const terminal =
        kind === "host"
          ? await deps.host.openShell({ folder: deps.folder(machineId), size })
          : await openSshShell(deps.guest, machineId, size, signal, username);
      const terminalId = newId();
      // What it printed last stays readable for a while after its end.
      const onEnd = (): void => void setTimeout(() => open.delete(terminalId), 60_000).unref();
      open.set(terminalId, new Held(terminal, onEnd));
      return terminalId;
    },
    read: (terminalId, signal) => get(terminalId).read(signal),
    async write(terminalId, text) {
      get(terminalId).terminal.write(text);
    },
    resize: (terminalId, size) => get(terminalId).terminal.resize(size),
    close: (terminalId) => get(terminalId).terminal.close(),
    closeAll() {
      for (const { terminal } of open.values()) terminal.close();
      open.clear();
    },
  };
}

async function openSshShell(
  guest: Pick<GuestAccess, "connect">,
  machineId: string,
  { columns, rows }: TerminalSize,
  signal: AbortSignal,
  username: string | undefined,
): Promise<OpenTerminal> {
  const client = await guest.connect(machineId, signal, username);
  const shell = await new Promise<ClientChannel>((resolve, reject) => {
    client.shell({ term: "xterm-256color", cols: columns, rows }, (error, channel) => {
      if (error === undefined) return resolve(channel);
      client.end();
      reject(new AppError("network", "The guest opens no shell", { cause: error, retry: "now" }));
    });
  });
  return {
    write: (text) => void shell.write(text),
    resize: (size) => shell.setWindow(size.rows, size.columns, 0, 0),
    close: () => client.end(),
    pause: () => void shell.pause(),
    resume: () => void shell.resume(),
    onData: (listener) => void shell.on("data", (bytes: Buffer) => listener(bytes)),
    onEnd: (listener) =>
      void shell.on("close", () => {
        client.end();
        listener();
      }),
  };
}
